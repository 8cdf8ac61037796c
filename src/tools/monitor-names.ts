/** Names of QEMU 7.2's monitor commands, to tell an unknown one from one that memhp does not model. */

export const QEMU_COMMANDS: ReadonlySet<string> = new Set(
  (
    'announce_self balloon block_job_cancel block_job_complete block_job_pause block_job_resume ' +
    'block_job_set_speed block_resize block_set_io_throttle block_stream boot_set calc_dirty_rate ' +
    'cancel_vcpu_dirty_limit change chardev-add chardev-change chardev-remove chardev-send-break ' +
    'client_migrate_info closefd commit cont c cpu delvm device_add device_del drive_add drive_backup drive_del ' +
    'drive_mirror dump-guest-memory dumpdtb eject exit_preconfig expire_password gdbserver getfd gpa2hpa gpa2hva ' +
    'gva2gpa help ? hostfwd_add hostfwd_remove i info loadvm log logfile mce memsave migrate migrate_cancel ' +
    'migrate_continue migrate_incoming migrate_pause migrate_recover migrate_set_capability migrate_set_parameter ' +
    'migrate_start_postcopy mouse_button mouse_move mouse_set nbd_server_add nbd_server_remove nbd_server_start ' +
    'nbd_server_stop netdev_add netdev_del nmi o object_add object_del pcie_aer_inject_error pmemsave print p ' +
    'qemu-io qom-get qom-list qom-set quit q replay_break replay_delete_break replay_seek ringbuf_read ' +
    'ringbuf_write savevm screendump sendkey set_link set_password set_vcpu_dirty_limit singlestep ' +
    'snapshot_blkdev snapshot_blkdev_internal snapshot_delete_blkdev_internal stop s stopcapture sum sync-profile ' +
    'system_powerdown system_reset system_wakeup trace-event watchdog_action wavcapture x x_colo_lost_heartbeat ' +
    'xp'
  ).split(' '),
);

export const QEMU_INFO_ITEMS: ReadonlySet<string> = new Set(
  (
    'balloon block block-jobs blockstats capture chardev cpus dirty_rate dump history hotpluggable-cpus iothreads ' +
    'irq jit kvm lapic mem memdev memory-devices memory_size_summary mice migrate migrate_capabilities ' +
    'migrate_parameters mtree name network numa opcount pci pic profile qdm qom-tree qtree ramblock rdma ' +
    'registers replay rocker rocker-of-dpa-flows rocker-of-dpa-groups rocker-ports roms sev sgx snapshots spice ' +
    'stats status sync-profile tlb tpm trace-events usb usbhost usernet uuid vcpu_dirty_limit version virtio ' +
    'virtio-queue-element virtio-queue-status virtio-status virtio-vhost-queue-status vm-generation-id vnc'
  ).split(' '),
);
