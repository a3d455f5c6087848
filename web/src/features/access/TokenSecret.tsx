import { Alert, Button, TextInput } from '@mantine/core';
import { Check, Copy, TriangleAlert } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Sheet, SheetFoot } from '@/ui/Sheet';
import classes from './Access.module.css';

/** Shows what proves a token, this once. A stray key or click does not close it. */
export function TokenSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<boolean>();
  const copy = async () => {
    try {
      if (navigator.clipboard === undefined) throw new Error('plain HTTP gives no clipboard');
      await navigator.clipboard.writeText(secret);
      setCopied(true);
    } catch {
      field.current?.select();
      setCopied(false);
    }
  };
  return (
    <Sheet title={t('access.secretTitle')} firm onClose={onClose}>
      <div className={classes.form}>
        <Alert
          color="yellow"
          variant="light"
          icon={<TriangleAlert size={20} aria-hidden />}
          title={t('access.secretOnce')}
          className={classes.warning}
        >
          {t('access.secretHint')}
        </Alert>
        <div className={classes.secret}>
          <TextInput
            ref={field}
            label={t('access.secret')}
            readOnly
            value={secret}
            autoComplete="off"
            spellCheck={false}
            onFocus={(event) => event.currentTarget.select()}
          />
          <Button
            data-autofocus
            leftSection={copied ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />}
            onClick={() => void copy()}
          >
            {t(copied ? 'access.copied' : 'access.copy')}
          </Button>
        </div>
        <p role="status" className={classes.quiet}>
          {copied === false && t('access.notCopied')}
        </p>
        <SheetFoot>
          <Button variant="default" onClick={onClose}>
            {t('access.secretKept')}
          </Button>
        </SheetFoot>
      </div>
    </Sheet>
  );
}
