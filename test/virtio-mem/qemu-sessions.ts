/** What is asked of the real QEMU and of the model alike about virtio-mem and virtio-pmem. */

const q35 = ['-M', 'q35,nvdimm=on', '-cpu', 'max', '-m', '1G,slots=2,maxmem=16G'];

function backend(id: string, size: string): string[] {
  return ['-object', `memory-backend-ram,id=${id},size=${size}`];
}

/** A machine with one device made of a backend `b`. */
function machine(device: string, size = '1G'): string[] {
  return [...q35, ...backend('b', size), '-device', device];
}

const GET = ['requested-size', 'size', 'block-size', 'memaddr', 'memdev', 'node', 'type', 'foo', 'max-size', 'id'];

export const VIRTIO_SESSIONS = [
  {
    name: 'virtio-mem',
    args: machine('virtio-mem-pci,id=vm0,memdev=b,requested-size=0,block-size=2M'),
    lines: [
      'info memory-devices',
      'qom-set /machine/peripheral/vm0 requested-size 256M',
      'info memory-devices',
      ...['3M', '1500M', '2G', '-5', 'abc', '', '128M x', '0x10000000', '0.25G', '1.5', '"128M"', '128m'].map(
        (size) => `qom-set vm0 requested-size ${size}`,
      ),
      'qom-set vm0 requested-size 18446744073709551615',
      'qom-set vm0 requested-size 99999999999999999999',
      'qom-set -j vm0 requested-size 268435456',
      'qom-set vm0',
      'qom-set',
      'qom-set /machine/peripheral/vm1 requested-size 128M',
      'qom-set vm1 requested-size 1',
      'qom-set vm0 requestedsize 1',
      'qom-set vm0 block-size 4M',
      'qom-set vm0 size 4M',
      'qom-set vm0 memaddr 4M',
      'qom-set vm0 node 1',
      ...GET.map((name) => `qom-get vm0 ${name}`),
      'qom-get vm0',
      'qom-get',
      'qom-get nope size',
      'qom-get /machine/peripheral/vm0 requested-size',
      'qom-get  vm0   requested-size ',
      'qom-get vm0 requested-size x',
      'qom-get vm0/virtio-backend requested-size',
      'qom-set vm0/virtio-backend requested-size 2M',
      'info memory-devices',
      'info memory_size_summary',
      'info numa',
      'device_del vm0',
      'object_del b',
      'help qom-set',
      'help qom-get',
      'object_add memory-backend-ram,id=m2,size=256M',
      'device_add virtio-mem-pci,id=vm1,memdev=m2',
      'device_add virtio-pmem-pci,id=vp1,memdev=m2',
      'device_add virtio-mem-pci',
      'device_add virtio-mem,id=x,memdev=m2',
      'device_add virtio-pmem,id=x,memdev=m2',
    ],
  },
  {
    name: 'two of them, one without a name',
    args: [
      ...machine('virtio-mem-pci,id=vm0,memdev=b,requested-size=0,block-size=256M'),
      ...backend('c', '2G'),
      '-device',
      'virtio-mem-pci,memdev=c,requested-size=512M',
    ],
    lines: [
      'info memory-devices',
      'qom-get /machine/peripheral-anon/device[0] requested-size',
      'qom-set /machine/peripheral-anon/device[0] requested-size 64M',
      'qom-set vm0 requested-size 128M',
      'qom-set vm0 requested-size 256M',
      'device_del device[0]',
      'info memory-devices',
    ],
  },
  {
    name: 'virtio-pmem',
    args: [
      ...machine('virtio-pmem-pci,id=vp,memdev=b', '100M'),
      ...backend('c', '14M'),
      '-device',
      'virtio-pmem-pci,id=vq,memdev=c',
    ],
    lines: [
      'info memory-devices',
      'info memory_size_summary',
      'info numa',
      'device_del vp',
      'qom-get vp memaddr',
      'qom-get vp memdev',
      'qom-get vp foo',
    ],
  },
] as const;

const MEM_OPTIONS = [
  'block-size=3M',
  'block-size=512K',
  'block-size=64K',
  'block-size=0',
  'block-size=1M',
  'block-size=2G',
  'requested-size=3M',
  'requested-size=2G',
  'memaddr=0x100001000',
  'memaddr=0x104000000',
  'memaddr=0x50000000',
  'memaddr=0x104000000,block-size=128M',
  'node=3',
  'foo=1',
  'size=1',
  'unplugged-inaccessible=on',
  'prealloc=on',
];
const PMEM_OPTIONS = ['memaddr=0x100001000', 'memaddr=0x104000000', 'size=3', 'node=3'];

/** Machines that QEMU starts or refuses to start. */
export const VIRTIO_MACHINES: readonly (readonly string[])[] = [
  ...MEM_OPTIONS.map((options) => machine(`virtio-mem-pci,id=vm0,memdev=b,${options}`)),
  ...PMEM_OPTIONS.map((options) => machine(`virtio-pmem-pci,id=vp,memdev=b,${options}`)),
  machine('virtio-mem-pci,id=vm0'),
  machine('virtio-mem-pci,id=vm0,memdev=x'),
  machine('virtio-pmem-pci,id=vp'),
  machine('virtio-pmem-pci,id=vp,memdev=x'),
  machine('virtio-mem-pci,id=vm0,memdev=b,block-size=256M', '1100M'),
  machine('virtio-mem-pci,id=vm0,memdev=b', '1001M'),
  machine('virtio-pmem-pci,id=vp,memdev=b', '5000K'),
  [...machine('virtio-mem-pci,id=vm0,memdev=b'), '-device', 'virtio-mem-pci,id=vm1,memdev=b'],
  [...machine('virtio-mem-pci,id=vm0,memdev=b'), '-device', 'virtio-pmem-pci,id=vm1,memdev=b'],
  [...machine('virtio-mem-pci,id=vm0,memdev=b'), '-device', 'virtio-mem-pci,id=vm0,memdev=b'],
];
