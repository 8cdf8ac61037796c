/** Command lines that need no device: help, mistakes, and what is said when nothing is there. */

// `COMMAND --help` is left out: the real program opens its manual page there, the model says what `-h` says.
const HELP = [
  'list', 'create-namespace', 'destroy-namespace', 'enable-namespace', 'disable-namespace', 'check-namespace',
  'clear-errors', 'write-infoblock', 'enable-region', 'disable-region', 'init-labels',
  'zero-labels', 'read-labels', 'check-labels', 'enable-dimm', 'disable-dimm',
].flatMap((command) => [`${command} -h`, command]).concat('read-infoblock -h');

export const COMMAND_LINES: readonly string[] = [
  '', '--version', 'version', '-h', '--help', 'help', '--list-cmds', 'foo', '--foo', 'lst',
  ...HELP,
  'list -u', 'list foo', 'list foo bar', 'list -m foo', 'list -t foo', 'list -t blk', 'list -U foo', 'list -U 0',
  'list --bogus', 'list -Z', 'list -b', 'list --bus', 'list -BRNDiv', 'list -vvv', 'list -RX', 'list -m fsdax',
  'list --bus=foo', 'list -bfoo', 'list --human=3', 'list --re', 'list --na', 'list --n', 'list --no-human',
  'list -uZ', 'list -human', 'list -human', 'list -regions', 'list -no-human', 'list --no-', 'list --', 'list -- x',
  'create-namespace -m foo', 'create-namespace -m raw', 'create-namespace -s foo', 'create-namespace -s 1x',
  'create-namespace -a 3', 'create-namespace -a 2048', 'create-namespace -a 6M', 'create-namespace -a foo',
  'create-namespace -M x', 'create-namespace -m raw -M mem', 'create-namespace -m raw -M mem -s x -a 3K',
  'create-namespace -u foo', 'create-namespace extra', 'create-namespace a b', 'create-namespace -e namespace0.0',
  'create-namespace -e namespace0.0 -m raw', 'create-namespace -f -e namespace0.0 -m devdax -M mem',
  'create-namespace -t blk', 'create-namespace -t foo', 'create-namespace -t blk -m fsdax', 'create-namespace -c',
  'create-namespace -l x', 'create-namespace -n', 'create-namespace --no-autolabel', 'create-namespace --siz=3',
  'create-namespace --r=3', 'create-namespace --force=3', 'create-namespace --no-force=3', 'create-namespace --no-auto',
  'create-namespace -s 16M -m devdax', 'create-namespace -s 99999999999999999999', 'create-namespace -m sector -l 512',
  'create-namespace -e', 'create-namespace --reconfig', 'create-namespace -e all', 'create-namespace -m FSDAX',
  'destroy-namespace all', 'destroy-namespace all -f', 'destroy-namespace foo', 'destroy-namespace a b',
  'destroy-namespace -Z', 'enable-namespace all', 'enable-namespace x', 'enable-namespace -f x',
  'disable-namespace all', 'disable-namespace x', 'disable-namespace x y z', 'check-namespace all', 'check-namespace x',
  'clear-errors all', 'clear-errors x', 'read-infoblock all -j', 'read-infoblock x -j', 'read-infoblock x -u',
  'read-infoblock x -i y', 'write-infoblock all', 'write-infoblock x', 'write-infoblock -c', 'write-infoblock -m raw x',
  'write-infoblock x -p foo', 'write-infoblock x -O foo', 'write-infoblock -c x', 'write-infoblock -o y x',
  'enable-region all', 'enable-region x', 'disable-region all', 'disable-region x', 'disable-region x y',
  'enable-region -t foo all', 'enable-region -t blk all', 'enable-region -b foo 0',
  'init-labels all', 'init-labels x', 'init-labels nmem0', 'init-labels 0', 'init-labels nmem0 nmem1',
  'init-labels all -V 1.3', 'init-labels all -V 1.2', 'init-labels 0 nmem1 foo', 'init-labels foo all bar', 'init-labels foo bar all', 'init-labels foo nmem0 all',
  'init-labels nmemx', 'init-labels nmem0x', 'zero-labels all', 'zero-labels x', 'zero-labels -s x all',
  'zero-labels -s 3 nmem0', 'read-labels -j all', 'read-labels -j -s 3 all', 'read-labels -I -s 3 all',
  'check-labels all', 'enable-dimm all', 'enable-dimm nmem0', 'disable-dimm all', 'disable-dimm x',
];
