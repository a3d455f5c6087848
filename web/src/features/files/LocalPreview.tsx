import { useEffect, useState } from 'react';
import { kindOf } from './allowed';
import { FileIcon } from './FileIcon';
import classes from './Files.module.css';

/** A picture that has not left this device yet. */
export function LocalPreview({ file }: { file: globalThis.File }) {
  const [url, setUrl] = useState<string>();
  const kind = kindOf(file.name) ?? 'document';
  useEffect(() => {
    if (kind !== 'image') return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file, kind]);
  return (
    <span className={classes.preview}>
      {url === undefined ? (
        <FileIcon kind={kind} />
      ) : (
        <img src={url} alt="" onError={() => setUrl(undefined)} />
      )}
    </span>
  );
}
