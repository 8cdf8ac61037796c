/** What differs between kernels, as one typed record. A profile holds one value for each line. */

export interface Behaviours {
  // --- sparse sections ---
  /** Memory is added at 2 MiB granularity, with a sub-section map in every section. */
  readonly subsectionHotplug: boolean;
  /** Boot sections carry SECTION_IS_EARLY. */
  readonly sectionIsEarly: boolean;
  /** Partly device-owned sections carry SECTION_TAINT_ZONE_DEVICE, and pfn_to_online_page() looks at sub-sections and pgmaps. */
  readonly taintZoneDevice: boolean;
  /** The memmap of an early section is never freed in part. */
  readonly keepsEarlyMemmap: boolean;
  /** /proc/vmstat counts nr_memmap_pages and nr_memmap_boot_pages. */
  readonly countsMemmapPages: boolean;
  /** Compound device mappings share their tail struct pages. */
  readonly optimisesCompoundMemmap: boolean;
  /** /proc/kpageflags shows online pages only; before, it read whatever a section's memmap held. */
  readonly kpageflagsOnlineOnly: boolean;
  /** /proc/kpageflags ends at the end of the last section, not at max_pfn. */
  readonly kpageflagsEndsAtSection: boolean;

  // --- hotplug ---
  /** `Misaligned __add_pages start: 0x… end: #…`: the older text prints the end without its prefix. */
  readonly misalignedEndHasPrefix: boolean;
  /** Adding ZONE_DEVICE memory raises max_pfn. */
  readonly deviceMemoryRaisesMaxPfn: boolean;
  /** memmap_on_memory: 'none', 'single-block' (any other request is refused) or 'per-block' (others fall back). */
  readonly memmapOnMemory: 'none' | 'single-block' | 'per-block';
  /** `memory_hotplug.memmap_on_memory=force` is understood. */
  readonly memmapOnMemoryForce: boolean;
  /** Memory groups and the auto-movable policy. */
  readonly autoMovable: boolean;
  /** Address limits: 'none', 'add-pages' (WARN there) or 'range-allowed' (at resource time, −E2BIG). */
  readonly addressLimit: 'none' | 'add-pages' | 'range-allowed';
  /** Blocks with holes may not change state. */
  readonly refusesBlocksWithHoles: boolean;
  /** Zones shrink when memory goes offline, and never over ZONE_DEVICE. */
  readonly shrinksZonesAtOffline: boolean;
  /** A block remembers its one zone; without one it cannot go offline. */
  readonly blockStoresZone: boolean;
  /** What CONFIG_MHP_DEFAULT_ONLINE_TYPE and its forerunner make the default. */
  readonly defaultOnlineType: 'offline' | 'online' | 'online_kernel' | 'online_movable';
  /** The default may also be online_kernel or online_movable, on the command line and in auto_online_blocks. */
  readonly defaultOnlineByZone: boolean;
  /** "Offlined Pages" is a debug message. */
  readonly offlineIsQuiet: boolean;
  /** Hot-added RAM may lie inside a resource that is not busy. */
  readonly ramNestsInResources: boolean;
  /** What /sys/devices/system/memory/crash_hotplug shows while no crash kernel is loaded; 'none' where there is no such file. */
  readonly crashHotplugShows: 'none' | '0' | '1';
  /** `removable` is the constant 1. */
  readonly removableAlwaysOne: boolean;
  /** Resources may be merged (MHP_MERGE_RESOURCE), and driver-managed names exist. */
  readonly driverManagedMemory: boolean;

  /** The demotion targets of every node are logged when a node gets its first or loses its last memory. */
  readonly logsDemotionTargets: boolean;

  // --- memremap and resources ---
  /** region_intersects() also looks below the top level. */
  readonly regionIntersectsDescendants: boolean;
  /** "attempted on %s region %#llx-%#llx" instead of function name and resource. */
  readonly regionWarningShowsRange: boolean;
  /** Mapping device memory is a device's affair: its warnings name devm_memremap_pages() and the device. */
  readonly memremapNamesDevice: boolean;

  // --- boot ---
  /**
   * Memory block size above 64 GiB: 'always-2g' (up to 4.16), 'largest-divisor' (before 5.9), 'bare-metal-2g', or
   * 'advised' (since 6.15).
   */
  readonly x86BlockSizeRule: 'always-2g' | 'largest-divisor' | 'bare-metal-2g' | 'advised';
  /**
   * How boot counts struct pages without memory: not at all; 'reserved' ("Reserved but unavailable", below the end
   * of memory); 'zeroed' up to max_pfn or 'zeroed-section' to the end of its section ("Zeroed struct page in
   * unavailable ranges"); 'zone-totals' one line for each zone; 'per-zone' one line for each gap.
   */
  readonly logsUnavailableRanges: 'none' | 'reserved' | 'zeroed' | 'zeroed-section' | 'zone-totals' | 'per-zone';
  /** CONFIG_ZONE_DMA: the first 16 MiB are a zone of their own. */
  readonly zoneDma: boolean;
  /** Built for five-level page tables (CONFIG_X86_5LEVEL), used where the processor has them. */
  readonly fiveLevelPaging: boolean;
  /** NUMA ranges are trimmed to memory, not to [0, max_pfn). */
  readonly numaTrimsToDram: boolean;
  /** Kernels with a device tree remember which addresses its nodes have; else memory without a node goes to node 0. */
  readonly treeKeepsNumaRanges: boolean;
  /** Memory the SRAT leaves out is counted in 'memblock', or by ranges against the 'e820' map. */
  readonly numaCoverage: 'e820' | 'memblock';
  /** Node spans come from the node's ranges, not from its zones. */
  readonly nodeSpanFromRanges: boolean;
  /** E820 ACPI tables count towards the end of RAM. */
  readonly acpiTablesCountForMaxPfn: boolean;

  // --- device-dax ---
  /** Dax devices are on a bus, with drivers; before, their provider mapped them and they were of a class. */
  readonly daxBus: boolean;
  /** Drivers take dax devices by the kind of their region; before, device_dax took all and kmem those named to it. */
  readonly daxMatchesByType: boolean;
  /** Dax devices have memmap_on_memory, and CXL's have it on. */
  readonly daxMemmapOnMemory: boolean;
  /** A dax mapping that is not aligned, or of a region without driver, is taken in silence instead of refused (−ENXIO). */
  readonly daxMappingStoreSilent: boolean;
  /** kmem warns how much of a device its whole blocks leave out. */
  readonly kmemWarnsTruncation: boolean;
  /**
   * dax_hmem makes the devices of soft-reserved ranges when it is loaded; before, boot made them, and each held a
   * resource of its own around `Soft Reserved`.
   */
  readonly hmemPlatform: boolean;

  // --- CXL ---
  /** What regions can be cut from CXL windows. */
  readonly cxlRegions: 'none' | 'pmem' | 'pmem-and-ram';
  /** Windows may be interleaved by XOR, and one that cannot be used is logged as a decode range. */
  readonly cxlXorArithmetic: boolean;
  /** A CXL host bridge goes by its PCI name, with the ACPI name as alias; before, the other way round. */
  readonly cxlHostIsPci: boolean;
  /** Event logs of memory devices are read: one that cannot interrupt for them is not taken. */
  readonly cxlReadsEventLogs: boolean;
  /** Caches are written back before a region's decoders change, which a guest cannot do. */
  readonly cxlInvalidatesCaches: boolean;

  // --- virtio-mem ---
  /** virtio_mem: not there, for device blocks smaller than a memory block only, or for all. */
  readonly virtioMem: 'none' | 'sub-blocks' | 'all';
  /** The smallest part of a memory block that virtio_mem plugs: the largest buddy block, or a pageblock. */
  readonly virtioMemSubblock: 'max-order' | 'pageblock';
  /** virtio_mem tries again to remove blocks that would not go, and its big blocks are always taken offline safely. */
  readonly virtioMemKeepsRemoving: boolean;
  /** virtio and virtio_pci are part of the kernel, no modules. */
  readonly virtioBuiltIn: boolean;

  // --- persistent memory ---
  /** Namespaces without info block, and padded ones, must begin and end at multiples of what memremap needs. */
  readonly checksCompatAlign: boolean;
  /** A namespace with an info block that cannot be used stays disabled, instead of becoming a raw one. */
  readonly badInfoBlockStopsProbe: boolean;
  /** Info blocks say, and are judged by, page size and size of struct page. */
  readonly checksInfoBlockPageSize: boolean;
  /** Minor version of the info blocks it writes. */
  readonly infoBlockMinor: 2 | 3 | 4;
  /** Info blocks that leave no data are refused, and not written. */
  readonly refusesZeroSizePfn: boolean;
  /** New info blocks pad and truncate namespaces that share a section with RAM or with another region. */
  readonly padsPfnToSections: boolean;
  /** New info blocks of device-dax keep 128 KiB for labels that never came. */
  readonly reservesDaxLabels: boolean;
  /** `force_raw` also keeps legacy regions from being mapped with struct pages. */
  readonly forceRawSkipsPages: boolean;
  /** A BTT's disk is announced when it gets its size: "detected capacity change from 0 to …". */
  readonly bttAnnouncesCapacity: boolean;
  /** Regions have the attribute `align`. */
  readonly regionAlign: boolean;

  // --- what no kernel does: set by a policy only ---
  /** Memory blocks: of 'fixed' size, or 'variable', so that what is added at once is one block of any whole sub-sections. */
  readonly memoryBlocks: 'fixed' | 'variable';
  /** Boot gives up the RAM of a section that device memory shares, so that the section has one owner. */
  readonly hidesSharedRam: boolean;

  // --- configuration ---
  /** Configured without modules: boot binds every device. */
  readonly driversBuiltIn: boolean;

  // --- text the drivers print ---
  /** "NAME: probe with driver DRIVER failed with error N" instead of "DRIVER: probe of NAME failed with error N". */
  readonly probeFailureNamesDevice: boolean;
  /** A later ACPI memory notification scans again the devices that failed before. */
  readonly acpiRescansFailedDevices: boolean;
  /** A device check that leaves a device without driver warns "Enumeration failure". */
  readonly acpiWarnsEnumerationFailure: boolean;
  /** The ACPI driver drops memmap_on_memory for good once a resource cannot have it. */
  readonly acpiMemmapOnMemoryBySize: boolean;
}

export type BehaviourName = keyof Behaviours;
