/** Commands a real machine has and the model does not: they are named, not called "not found". */

const NAMES = `
  numactl numastat numademo lsblk lscpu lspci lsusb dmidecode lshw ipmctl mount umount mkfs mkfs.ext4
  mkfs.xfs fdisk parted blkid losetup swapon swapoff kexec crash drgn makedumpfile dd od hexdump xxd strings
  awk gawk sed xargs basename dirname readlink realpath stat touch mkdir rmdir rm mv cp ln
  chmod chown date time timeout watch free top ps pidof kill killall uptime vmstat sysctl tac rev paste comm diff cmp
  more less vi ed egrep fgrep base64 md5sum sha256sum bc expr env sh ash bash dash python python3 perl gdb strace
  insmod rmmod lsmod modinfo depmod udevadm systemctl journalctl logger hostname id whoami sync reboot poweroff halt
  devmem devmem2 acpidump iasl rdmsr wrmsr cpuid stress stress-ng memtester migratepages page-types tunctl ip ping
  split shuf yes nproc taskset chrt nice nohup setsid su sudo usleep which zcat gzip tar cpio
  perf trace-cmd bpftrace virsh qemu-img qemu-system-x86_64 busybox apt apt-get dpkg rpm dnf yum git make
`;

export const UNMODELLED_COMMANDS: ReadonlySet<string> = new Set(NAMES.split(/\s+/).filter((name) => name !== ''));
