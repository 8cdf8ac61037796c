/** The link: made when the dialog opens, copied on request. */

import { useEffect, useState } from 'preact/hooks';
import { shareLink } from '../share.ts';
import * as store from '../store.ts';

export function ShareDialog() {
  const [link, setLink] = useState('');
  const [trouble, setTrouble] = useState('');
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    shareLink().then(setLink, (error: Error) => setTrouble(error.message));
  }, []);
  if (trouble !== '') return <p role="alert">{trouble}</p>;
  const files = store.source.value?.files.length ?? 0;
  return (
    <>
      <p>
        The machine, every command, the kernels and the place you look at are in the part behind the <code>#</code>, which browsers do not send to
        servers. {files > 0 ? 'It holds the text of the files you opened: whoever has the link can read them.' : ''}
      </p>
      <textarea readOnly rows={5} aria-label="Link" value={link} onFocus={(event) => event.currentTarget.select()} />
      <p class="row">
        <button
          type="button"
          class="primary"
          disabled={link === ''}
          onClick={() => void navigator.clipboard.writeText(link).then(() => setCopied(true), () => setTrouble('the browser does not let the page copy: select the link and copy it'))}
        >
          {copied ? 'copied' : 'copy'}
        </button>
        <span>{link.length} characters</span>
      </p>
    </>
  );
}
