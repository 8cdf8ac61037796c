/** A resource by its name: what a driver does that keeps the pointer. */

import { requestResource, type Resource } from '../../kernel/resource.ts';

export function findResource(tree: Resource, name: string): Resource | undefined {
  for (const child of tree.children) {
    const found = child.name === name ? child : findResource(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Places a resource directly below the one of that name, wherever it is; undefined when there is none, or no room. */
export function insertBelow(tree: Resource, name: string, fresh: Resource): Resource | undefined {
  if (tree.name === name) {
    const placed = requestResource(tree, fresh);
    return placed.ok ? placed.tree : undefined;
  }
  for (const [i, child] of tree.children.entries()) {
    const changed = insertBelow(child, name, fresh);
    if (changed !== undefined) return { ...tree, children: tree.children.with(i, changed) };
  }
  return undefined;
}
