/** The guest's side, in shell. */

import { ATTRIBUTES_LINE } from './device-attributes.ts';

/**
 * What runs in the guest: an init that takes lines from the serial console, and a script that tells the state.
 *
 * A line begins with a letter that says what it is:
 *   +TEXT   the command goes on with TEXT (long ones come in pieces: the line's buffer is small); answered by `more`
 *   !MARK   run what was collected: its output goes straight to the console, as if typed there
 *   ?MARK   run it into a file, then send the file with its MD5: for what must arrive whole
 *   =MARK   send the file once more
 * Answers stand on lines `@@memhp WORD MARK …@@`; what else the console shows is noise, or the output between marks.
 */
export const INIT = `#!/bin/sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/ TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev 2>/dev/null
dmesg -n 1
stty raw -echo
send() { sum=$(md5sum < /tmp/answer); printf '\\n@@memhp sent %s %s %s@@\\n' "$1" "$2" "\${sum%% *}"; cat /tmp/answer; printf '\\n@@memhp end %s %s@@\\n' "$1" "$2"; }
printf '\\n@@memhp ready@@\\n'
line= status=0
while IFS= read -r word; do
  rest=\${word#?}
  case $word in
  +*) line=$line$rest; printf '\\n@@memhp more %s@@\\n' "\${#line}" ;;
  !*) printf '\\n@@memhp begin %s@@\\n' "$rest"
      sh -c "$line" 2>&1 </dev/null
      printf '\\n@@memhp end %s %s@@\\n' "$rest" $?
      line= ;;
  \\?*) sh -c "$line" >/tmp/answer 2>&1 </dev/null; status=$?; line=; send "$rest" $status ;;
  =*) send "$rest" $status ;;
  esac
done
`;

/** Between the parts of what the state script prints. */
export const PART = '@@part';

/**
 * Prints the log since the last time and the facets that files show; the log once more, for what came meanwhile. The
 * log itself stays as it is: a runbook may want to read it. What is new stands behind the last line seen before.
 */
export const STATE_SCRIPT = `#!/bin/sh
part() { echo "${PART} $1"; }
news() {
  dmesg > /tmp/log
  LAST=$(cat /tmp/last 2>/dev/null) awk '
    { line[NR] = $0; if ($0 == ENVIRON["LAST"]) seen = NR }
    END { for (i = seen + 1; i <= NR; i++) print line[i] }' /tmp/log
  tail -n 1 /tmp/log > /tmp/last
}
part log; news
part iomem; cat /proc/iomem
part blocks; cd /sys/devices/system/memory 2>/dev/null && grep -H . memory*/state memory*/valid_zones 2>/dev/null
part zones; grep -E '^Node |start_pfn|spanned|present' /proc/zoneinfo
part devices; ${ATTRIBUTES_LINE}
part memory; grep -hs -e MemTotal: -e ^nr_memmap /proc/meminfo /sys/devices/system/node/node*/meminfo /proc/vmstat
part late; news
part end
`;

/**
 * Tells where entries of /proc/kpageflags begin (1) and cease (0) to say NOPAGE and nothing else, and where it ends:
 * of the whole file, or of COUNT sections from FIRST, each with BYTES of entries, with offsets from there.
 */
export const PAGES_SCRIPT = `#!/bin/sh
entries() { if [ -n "$1" ]; then dd if=/proc/kpageflags bs="$3" skip="$1" count="$2" 2>/dev/null; else cat /proc/kpageflags; fi; }
entries "$1" "$2" "$3" | od -A x -t x8 -w8 | awk '
  NF == 1 && $1 != "*" { print $1, "end"; next }
  $1 != "*" { here = ($2 == "0000000000100000"); if (NR == 1 || here != before) print $1, here; before = here }'
`;
