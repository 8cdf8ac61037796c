/** modprobe as busybox has it, for the modules the model knows. */

import { isKnownModule, loadModule, MODULE_NAMES, moduleName, moduleUsers, unloadModule } from '../drivers/modules.ts';
import { nearest } from './nearest.ts';
import { readLetters } from './read-input.ts';
import { NotModelled, type Tool } from './tool.ts';

function known(name: string): string {
  if (isKnownModule(name)) return name;
  const near = nearest(moduleName(name), MODULE_NAMES);
  throw new NotModelled(
    `the module \`${name}\` is not modelled`,
    undefined,
    near === undefined ? `modelled are ${MODULE_NAMES.join(', ')}` : `did you mean \`${near}\`?`,
  );
}

/** `modprobe NAME [PARAMETER=VALUE]…` loads one; `-a` loads all named; `-r` unloads. `-q`, `-v` say nothing here. */
export const modprobe: Tool = (context, args) => {
  const { options, operands } = readLetters('modprobe', args, '+arqb');
  const { machine } = context;
  if (options.has('r')) {
    let status = 0;
    for (const name of operands) {
      if (moduleUsers(machine, known(name)).length > 0) {
        context.stderr(`modprobe: can't unload module '${moduleName(name)}': Resource temporarily unavailable\n`);
        status = 1;
      } else unloadModule(machine, name);
    }
    return status;
  }
  const [first, ...parameters] = operands;
  if (first === undefined) return 0;
  if (options.has('a')) for (const name of operands) known(name);
  else if (parameters.length > 0) {
    known(first);
    const help = 'to load several, use `modprobe -a`';
    throw new NotModelled(`parameters of the module \`${first}\` are not modelled`, undefined, help);
  }
  for (const name of options.has('a') ? operands : [first]) loadModule(machine, known(name));
  return 0;
};
