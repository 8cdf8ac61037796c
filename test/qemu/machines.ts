/** Machines whose firmware is recorded from the real QEMU and SeaBIOS. */

const q35 = ['-M', 'q35,nvdimm=on', '-cpu', 'max', '-serial', 'null'];

function machine(memory: string, ...more: string[]): string[] {
  return [...q35, '-m', memory, ...more];
}

/** RAM whose host memory is only reserved, so that large machines start on a small host. */
function large(size: string, rest = '', ...more: string[]): string[] {
  const backend = `memory-backend-ram,id=big,size=${size},reserve=off`;
  return ['-M', 'q35,nvdimm=on,memory-backend=big', '-cpu', 'max', '-m', size + rest, '-object', backend, ...more];
}

function ram(id: string, size: string): string[] {
  return ['-object', `memory-backend-ram,id=${id},size=${size}`];
}

function node(id: number, memdev: string, cpus?: string): string[] {
  return ['-numa', `node,nodeid=${id},memdev=${memdev}${cpus === undefined ? '' : `,cpus=${cpus}`}`];
}

export const MACHINES: readonly (readonly string[])[] = [
  // Sizes and the split below 4 GiB.
  ...[
    '16M',
    '17M',
    '64M',
    '100001k',
    '512M',
    '1000',
    '1025M',
    '1500M',
    '1000000001b',
    '2G',
    '2815M',
    '2816M',
    '2817M',
    '3G',
    '4G',
    '5G',
    '9000M',
  ].map((size) => machine(size)),
  // Slots and the most memory.
  machine('1G,slots=1,maxmem=2G'),
  machine('1G,maxmem=4G'),
  machine('1G,slots=20,maxmem=64G'),
  machine('3G,slots=3,maxmem=5G'),
  machine('1G,slots=233,maxmem=64G'),
  machine('1G,slots=240,maxmem=64G'),
  machine('1G,slots=256,maxmem=400G'),
  machine('100001k,slots=4,maxmem=1234568k'),
  machine('1G,maxmem=1G'),
  machine('1G,slots=4,maxmem=4097M'),
  ['-M', 'q35', '-cpu', 'max', '-m', '1G,slots=6,maxmem=16G'],
  ['-M', 'q35', '-cpu', 'max', '-m', '1G,slots=256,maxmem=16G'],
  ['-m', '1G', '-M', 'q35'],
  // SMBIOS tables that outgrow the low area.
  large('17G'),
  large('64G'),
  large('65G'),
  large('80G', ',slots=4,maxmem=200G'),
  large('256G', ',slots=4,maxmem=300G'),
  large('700G', ',slots=4,maxmem=800G'),
  large('900G'),
  ...[1, 2, 3, 4, 5, 8, 21, 30, 60, 90].map((sockets) => machine('1G', '-smp', `${sockets},sockets=${sockets}`)),
  machine('3G', '-smp', '3,sockets=3'),
  machine('3G', '-smp', '4,sockets=4'),
  machine('1G', '-smp', '8,sockets=2,cores=4'),
  large('17G', '', '-smp', '3,sockets=3'),
  large('17G', '', '-smp', '4,sockets=4'),
  large('33G', '', '-smp', '2,sockets=2'),
  large('33G', '', '-smp', '3,sockets=3'),
  machine('1G', '-smp', '1,maxcpus=8'),
  machine('1G,slots=200,maxmem=64G', '-smp', '200'),
  // Processors: vendor, width, relocation above 1 TiB.
  ...[
    'qemu64',
    'EPYC',
    'Opteron_G5',
    'Skylake-Server',
    'kvm64',
    'max,phys-bits=39',
    'max,phys-bits=46',
    'max,vendor=GenuineIntel',
  ].map((cpu) => ['-M', 'q35,nvdimm=on', '-cpu', cpu, '-m', '1G,slots=2,maxmem=8G']),
  ['-M', 'q35,nvdimm=on', '-cpu', 'max,phys-bits=46', '-m', '1G,slots=2,maxmem=2T'],
  ['-M', 'q35,nvdimm=on', '-cpu', 'Skylake-Server,phys-bits=46', '-m', '3G,slots=2,maxmem=2T'],
  large('1100G', '', '-cpu', 'max,phys-bits=46'),
  // Nodes.
  machine('2G', '-smp', '2', ...ram('a', '1G'), ...ram('b', '1G'), ...node(0, 'a', '0'), ...node(1, 'b', '1')),
  machine(
    '2G,slots=4,maxmem=8G',
    '-smp',
    '2',
    ...ram('a', '1G'),
    ...ram('b', '1G'),
    ...node(0, 'a', '1'),
    ...node(1, 'b', '0'),
  ),
  machine('4G,slots=4,maxmem=8G', ...ram('a', '1G'), ...ram('b', '3G'), ...node(0, 'a'), ...node(1, 'b')),
  machine('4G,slots=4,maxmem=8G', '-smp', '4', ...ram('a', '3G'), ...ram('b', '1G'), ...node(0, 'a'), ...node(1, 'b')),
  machine('4G', '-smp', '4,sockets=4', ...ram('a', '2G'), ...ram('b', '2G'), ...node(0, 'a'), ...node(1, 'b')),
  machine(
    '1G,slots=4,maxmem=8G',
    '-smp',
    '2',
    ...ram('a', '1G'),
    ...node(0, 'a', '0'),
    '-numa',
    'node,nodeid=1,cpus=1',
  ),
  machine('1G,slots=4,maxmem=8G', ...ram('a', '1G'), '-numa', 'node,nodeid=0', ...node(1, 'a')),
  machine('1G', ...ram('a', '512K'), ...ram('b', '1048064K'), ...node(0, 'a'), ...node(1, 'b')),
  machine(
    '3G,slots=2,maxmem=8G',
    '-smp',
    '3',
    ...ram('a', '1G'),
    ...ram('b', '1G'),
    ...ram('c', '1G'),
    ...node(0, 'a'),
    ...node(1, 'b'),
    ...node(2, 'c'),
  ),
  // Devices at boot.
  machine('1G,slots=4,maxmem=16G', ...ram('m0', '512M'), '-device', 'pc-dimm,id=d0,memdev=m0'),
  machine(
    '1G,slots=4,maxmem=16G',
    ...ram('m0', '510M'),
    '-device',
    'nvdimm,id=d0,memdev=m0,label-size=128K',
    ...ram('m1', '256M'),
    '-device',
    'pc-dimm,id=d1,memdev=m1',
    ...ram('m2', '256M'),
    '-device',
    'nvdimm,id=d2,memdev=m2',
  ),
  machine('1G,maxmem=16G', ...ram('vm', '1G'), '-device', 'virtio-mem-pci,id=vm0,memdev=vm,requested-size=0'),
  machine(
    '2G,slots=4,maxmem=16G',
    '-smp',
    '2',
    ...ram('a', '1G'),
    ...ram('b', '1G'),
    ...node(0, 'a', '0'),
    ...node(1, 'b', '1'),
    ...ram('m0', '512M'),
    '-device',
    'nvdimm,id=d0,memdev=m0,node=1',
  ),
];
