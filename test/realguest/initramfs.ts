/** What a guest boots into: busybox, ndctl with its libraries, the modules, and an init that takes lines. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { cpio, fileEntry, folderEntry, linkEntry, type CpioEntry } from './cpio.ts';
import { modulesInOrder, type KernelTree } from './kernel-tree.ts';

const MODULES = ['nfit', 'nd_e820', 'nd_btt', 'nd_pmem', 'dax_pmem', 'device_dax', 'kmem'];
const APPLETS = ['awk', 'cat', 'cd', 'dmesg', 'echo', 'grep', 'head', 'insmod', 'ls', 'mount', 'sed', 'sh', 'sleep', 'stty', 'tr', 'uname'];

const INIT = `#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
echo 1 > /proc/sys/kernel/printk
stty -echo
for m in $(cat /modules/order); do insmod /modules/$m.ko; done
echo @@READY@@
while read -r line; do sh -c "$line" 2>&1; echo "@@EXIT $?@@"; done
`;

/** Paths of what is missing to make one. */
export function missingPrograms(): string[] {
  const programs = ['/usr/bin/ndctl', '/usr/bin/qemu-system-x86_64'].filter((path) => !existsSync(path));
  return isStatic('/usr/bin/busybox') ? programs : [...programs, '/usr/bin/busybox (busybox-static)'];
}

function isStatic(path: string): boolean {
  return existsSync(path) && spawnSync('ldd', [path]).status !== 0;
}

export function initramfs(tree: KernelTree): Uint8Array {
  const modules = modulesInOrder(tree, MODULES);
  const folders = ['bin', 'dev', 'etc', 'lib', 'lib64', 'modules', 'proc', 'run', 'sys', 'tmp', 'usr', 'usr/lib', 'lib/x86_64-linux-gnu'];
  const entries: CpioEntry[] = [
    ...folders.map(folderEntry),
    fileEntry('init', INIT),
    fileEntry('bin/busybox', readFileSync('/usr/bin/busybox')),
    ...APPLETS.map((name) => linkEntry(`bin/${name}`, 'busybox')),
    fileEntry('bin/ndctl', readFileSync('/usr/bin/ndctl')),
    fileEntry('modules/order', modules.map(({ name }) => name).join('\n')),
    ...modules.map(({ name, bytes }) => fileEntry(`modules/${name}.ko`, bytes)),
    ...libraries('/usr/bin/ndctl'),
  ];
  return cpio(entries);
}

/** Each at the path the loader asks for. */
function libraries(program: string): CpioEntry[] {
  const text = execFileSync('ldd', [program], { encoding: 'utf8' });
  const paths = [...text.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] as string);
  const known = new Set(['/lib/x86_64-linux-gnu', '/lib64', '/usr/lib', '/lib']);
  const odd = [...new Set(paths.map(dirname))].filter((folder) => !known.has(folder));
  if (odd.length > 0) throw new Error(`libraries in unexpected folders: ${odd.join(', ')}`);
  return paths.map((path) => fileEntry(path.slice(1), readFileSync(realpathSync(path))));
}
