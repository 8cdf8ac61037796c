/** Warnings and back traces: their headings, their frames, and what the functions in them were doing. */

/** A frame's function, and the module it is in. */
export interface Frame {
  readonly fn: string;
  readonly module: string | undefined;
}

/** What one line of a warning is. */
export type TraceLine =
  | { readonly kind: 'cut' | 'end' | 'call-trace' | 'filler' }
  | { readonly kind: 'heading'; readonly file: string | undefined; readonly fn: string }
  | { readonly kind: 'frame'; readonly frame: Frame; readonly sure: boolean };

// All patterns begin at the line's start and have bounded repeats: each is decided in one pass.
const HEADING = /^(?:WARNING|BUG|kernel BUG):? ?(?:CPU: \d{1,6} PID: \d{1,10} )?(?:at )?([\w./-]{1,120}):\d{1,6}(?: at)? ?([\w.]{0,80})/;
const FRAME = /^(?:\[<[0-9a-f]{8,16}>\] )?(\? )?([A-Za-z_][\w.]{0,80})\+0x[0-9a-f]{1,8}\/0x[0-9a-f]{1,8}(?: \[([\w-]{1,60})\]?)?/;
const RIP = /^(?:RIP: [0-9a-f]{1,4}:|pc : |NIP \[[0-9a-f]{1,16}\] )(?:\[<[0-9a-f]{8,16}>\] )?([A-Za-z_][\w.]{0,80})\+0x/;
const FILLER =
  /^(?:Modules linked in|CPU: \d|Hardware name|Workqueue:|Code: |RSP: |RAX: |RDX: |RBP: |R\d\d: |FS: |CS: |CR2: |PKRU: |EFLAGS|Tainted: |<\/?(?:TASK|IRQ|NMI)>|softirqs|hardirqs|irq event|pstate:|lr : |sp : |x\d{1,2} ?: |DR0: |DR3: |\[\.\.\]|\.\.\.)/;

/** Undefined for a line that is no part of a warning. */
export function traceLine(line: string): TraceLine | undefined {
  if (line.startsWith('------------[ cut here')) return { kind: 'cut' };
  if (line.startsWith('---[ end trace')) return { kind: 'end' };
  if (line.startsWith('Call Trace:') || line.startsWith('Call trace:') || line.startsWith('Backtrace:')) return { kind: 'call-trace' };
  const heading = HEADING.exec(line);
  if (heading !== null) return { kind: 'heading', file: heading[1], fn: heading[2] ?? '' };
  const frame = FRAME.exec(line);
  if (frame !== null) {
    return { kind: 'frame', frame: { fn: frame[2] as string, module: frame[3] }, sure: frame[1] === undefined };
  }
  const rip = RIP.exec(line);
  if (rip !== null) return { kind: 'frame', frame: { fn: rip[1] as string, module: undefined }, sure: true };
  return FILLER.test(line) ? { kind: 'filler' } : undefined;
}

/** Functions of the memory core: a back trace through one of them is about memory that comes or goes. */
export const CORE_FUNCTIONS: Readonly<Record<string, string>> = {
  devm_memremap_pages: 'makes struct pages for device memory',
  memremap_pages: 'makes struct pages for device memory',
  pagemap_range: 'makes struct pages for one range of a device',
  memunmap_pages: 'takes struct pages of a device away',
  devm_memremap_pages_release: 'takes struct pages of a device away',
  arch_add_memory: 'maps memory and adds its pages',
  arch_remove_memory: 'takes a mapping and its pages away',
  add_pages: 'adds pages, and warns when that fails',
  __add_pages: 'adds struct pages for a range',
  __remove_pages: 'takes struct pages of a range away',
  __add_section: 'adds a whole section (before 5.3)',
  sparse_add_one_section: 'adds a whole section (before 5.3)',
  sparse_add_section: 'adds sub-sections of one section',
  sparse_remove_section: 'removes sub-sections of one section',
  section_activate: 'turns sub-sections on',
  section_deactivate: 'turns sub-sections off',
  __init_single_page: 'fills struct pages in',
  __init_zone_device_page: 'fills struct pages of a device in',
  memmap_init_zone_device: 'fills struct pages of a device in',
  vmemmap_populate: 'finds memory for struct pages',
  check_pfn_span: 'checks that a range is made of whole sub-sections',
  add_memory: 'adds System RAM',
  __add_memory: 'adds System RAM',
  add_memory_resource: 'adds System RAM',
  add_memory_driver_managed: 'adds System RAM that a driver looks after',
  try_remove_memory: 'removes System RAM',
  __remove_memory: 'removes System RAM',
  offline_and_remove_memory: 'takes System RAM offline and removes it',
  create_memory_block_devices: 'makes memory blocks',
  remove_memory_block_devices: 'takes memory blocks away',
  online_pages: 'brings memory online',
  offline_pages: 'takes memory offline',
  memory_block_online: 'brings a memory block online',
  memory_block_offline: 'takes a memory block offline',
  memory_block_action: 'brings a memory block on or off line',
  memory_subsys_online: 'brings a memory block online',
  memory_subsys_offline: 'takes a memory block offline',
};

/** Who asked for it: the outermost of these in a trace names the device's side. */
export const ASKERS: Readonly<Record<string, string>> = {
  pmem_attach_disk: 'nd_pmem was attaching a disk to a persistent-memory namespace',
  nd_pmem_probe: 'nd_pmem was taking a persistent-memory namespace',
  dax_pmem_probe: 'dax_pmem was taking a persistent-memory namespace',
  __dax_pmem_probe: 'dax_pmem was taking a persistent-memory namespace',
  dev_dax_probe: 'device_dax was opening a dax device',
  dev_dax_kmem_probe: 'kmem was adding a dax device as System RAM',
  dev_dax_kmem_remove: 'kmem was giving a dax device back',
  dax_hmem_probe: 'dax_hmem was taking special-purpose memory',
  acpi_memory_device_add: 'firmware announced a DIMM',
  acpi_memory_device_remove: 'firmware asked a DIMM back',
  virtio_mem_run_wq: 'virtio-mem was plugging or unplugging memory',
  virtio_mem_probe: 'virtio-mem was taking its device',
  virtio_pmem_probe: 'virtio-pmem was taking its device',
  cxl_region_probe: 'a CXL region was being taken into use',
  pci_p2pdma_add_resource: 'a PCI driver wanted peer-to-peer memory',
  hmm_devmem_add: 'a driver wanted device-private memory',
  probe_store: 'somebody wrote to /sys/devices/system/memory/probe',
  state_store: 'somebody wrote to a memory block’s state',
  online_store: 'somebody wrote to a memory block’s online file',
  memtrace_enable_set: 'memtrace was taking memory away from the kernel',
  hv_mem_hot_add: 'the Hyper-V balloon was adding memory',
  hot_add_req: 'the Hyper-V balloon was adding memory',
  reserve_additional_memory: 'the Xen balloon was adding memory',
  nvdimm_bus_probe: 'a libnvdimm driver was taking its device',
};

/** Modules of the test rig for NVDIMMs and CXL: their addresses are made up. */
export const TEST_MODULES: ReadonlySet<string> = new Set(['nfit_test', 'nfit_test_iomap', 'cxl_test', 'cxl_mock', 'ndtest']);
