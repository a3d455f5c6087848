import { Alert, Button, Checkbox, SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { RequestFailed, type Trouble, troubleOf } from '@/api/problem';
import type { Scope } from '@/api/types';
import { Sheet, SheetFoot } from '@/ui/Sheet';
import { TroubleText } from '@/ui/TroubleText';
import classes from './Access.module.css';
import { TokenSecret } from './TokenSecret';

const scopes: readonly Scope[] = ['read', 'write', 'admin'];
const lifetimes = [7, 30, 90, 365] as const; // days
const longestName = 80; // characters

interface Props {
  /** The scope of administrators and auditors is offered. */
  mayAdmin: boolean;
  onMade: () => void;
  onClose: () => void;
}

/**
 * Makes an API token and shows it once. What proves it lives in the state of this
 * dialog alone, not in the query cache, and goes with it.
 */
export function NewToken({ mayAdmin, onMade, onClose }: Props) {
  const { t } = useTranslation();
  const nameInput = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly Scope[]>(['read']);
  const [days, setDays] = useState<number>(90);
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const [secret, setSecret] = useState<string>();
  const nameless = name.trim() === '';

  const make = async () => {
    const { data, error } = await api.POST('/api/auth/tokens', {
      body: { name: name.trim(), scopes: [...chosen], expires_in_days: days },
    });
    if (data === undefined) throw new RequestFailed(troubleOf(error));
    setSecret(data.token);
    onMade();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    setTrouble(undefined);
    if (nameless) {
      nameInput.current?.focus();
      return;
    }
    setBusy(true);
    try {
      await make();
    } catch (error) {
      setTrouble(troubleOf(error));
    }
    setBusy(false);
  };

  if (secret !== undefined) return <TokenSecret secret={secret} onClose={onClose} />;
  return (
    <Sheet title={t('access.makeTitle')} onClose={onClose}>
      <form className={classes.form} onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          ref={nameInput}
          label={t('access.tokenName')}
          description={t('access.tokenNameHint')}
          required
          maxLength={longestName}
          data-autofocus
          autoComplete="off"
          value={name}
          error={asked && nameless ? t('access.needTokenName') : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group
          label={t('access.scopes')}
          value={[...chosen]}
          onChange={(value) => setChosen(scopes.filter((one) => one === 'read' || value.includes(one)))}
        >
          {scopes
            .filter((scope) => scope !== 'admin' || mayAdmin)
            .map((scope) => (
              <Checkbox
                key={scope}
                value={scope}
                label={t(`access.scope.${scope}`)}
                description={t(`access.scopeHint.${scope}`)}
                disabled={scope === 'read'}
                className={classes.check}
              />
            ))}
        </Checkbox.Group>
        <div>
          <p className={classes.label} aria-hidden>
            {t('access.expiry')}
          </p>
          <SegmentedControl
            fullWidth
            aria-label={t('access.expiry')}
            value={String(days)}
            onChange={(value) => setDays(Number(value))}
            data={lifetimes.map((one) => ({ value: String(one), label: t('access.days', { days: one }) }))}
          />
        </div>
        {trouble !== undefined && (
          <Alert color="red" variant="light" title={t('access.notMade')} role="alert">
            <TroubleText trouble={trouble} />
          </Alert>
        )}
        <SheetFoot>
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('access.make')}
          </Button>
        </SheetFoot>
      </form>
    </Sheet>
  );
}
