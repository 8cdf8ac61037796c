/** The binary tables libkmod looks modules up in (modules.dep.bin and the like): a trie of names. */

export interface IndexLine {
  readonly key: string;
  readonly value: string;
}

const MAGIC = 0xb007f457;
const VERSION = 0x00020001;
const HAS_PREFIX = 0x80000000;
const HAS_VALUES = 0x40000000;
const HAS_CHILDREN = 0x20000000;

interface Node {
  readonly values: string[];
  readonly children: Map<number, Node>;
}

/** The table of these lines; several values of one key keep their order. */
export function moduleIndex(lines: readonly IndexLine[]): Uint8Array {
  const root: Node = { values: [], children: new Map() };
  for (const { key, value } of lines) {
    let node = root;
    for (const byte of Buffer.from(key, 'latin1')) {
      // The form has seven-bit characters only.
      const code = byte % 128;
      let child = node.children.get(code);
      if (child === undefined) node.children.set(code, (child = { values: [], children: new Map() }));
      node = child;
    }
    node.values.push(value);
  }
  const parts: Buffer[] = [];
  const head = 12;
  const written = writeNode(root, parts, { at: head });
  return Buffer.concat([words(MAGIC, VERSION, written), ...parts]);
}

/** Writes a node behind its children and returns its place with the flags that tell what it has. */
function writeNode(node: Node, parts: Buffer[], end: { at: number }): number {
  let prefix = '';
  let own = node;
  // A run of nodes with one child each is one node with a prefix.
  while (own.values.length === 0 && own.children.size === 1) {
    const [code, child] = own.children.entries().next().value as [number, Node];
    prefix += String.fromCharCode(code);
    own = child;
  }
  const codes = [...own.children.keys()].sort((a, b) => a - b);
  const first = codes[0] ?? 0;
  const last = codes.at(-1) ?? -1;
  const places: number[] = [];
  for (let code = first; code <= last; code++) {
    const child = own.children.get(code);
    places.push(child === undefined ? 0 : writeNode(child, parts, end));
  }
  let flags = 0;
  const pieces: Buffer[] = [];
  if (prefix !== '') {
    flags += HAS_PREFIX;
    pieces.push(Buffer.from(`${prefix}\0`, 'latin1'));
  }
  if (codes.length > 0) {
    flags += HAS_CHILDREN;
    pieces.push(Buffer.from([first, last]), words(...places));
  }
  if (own.values.length > 0) {
    flags += HAS_VALUES;
    pieces.push(words(own.values.length));
    for (const [priority, value] of own.values.entries()) pieces.push(words(priority), Buffer.from(`${value}\0`, 'latin1'));
  }
  const bytes = Buffer.concat(pieces);
  const place = end.at;
  parts.push(bytes);
  end.at += bytes.length;
  return flags + place;
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
}
