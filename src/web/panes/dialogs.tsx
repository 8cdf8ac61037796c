/** The page's dialogs, in the browser's own element: it keeps the focus and closes with Escape. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import * as store from '../store.ts';
import { HelpDialog } from './help-dialog.tsx';
import { MachineDialog } from './machine-dialog.tsx';
import { ShareDialog } from './share-dialog.tsx';

export function Dialogs() {
  switch (store.dialog.value) {
    case 'machine':
      return <Dialog title="Choose a machine"><MachineDialog /></Dialog>;
    case 'help':
      return <Dialog title="Keys and help"><HelpDialog /></Dialog>;
    case 'share':
      return <Dialog title="A link that carries all of this"><ShareDialog /></Dialog>;
    default:
      return null;
  }
}

function Dialog({ title, children }: { title: string; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current!;
    if (!dialog.open) dialog.showModal();
    return () => dialog.close();
  }, []);
  const close = (): void => void (store.dialog.value = undefined);
  return (
    <dialog ref={element} aria-labelledby="dialog-title" onClose={close} onClick={(event) => { if (event.target === element.current) close(); }}>
      <div class="dialog">
        <header>
          <h2 id="dialog-title">{title}</h2>
          <button type="button" onClick={close} aria-label="Close">✕</button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
