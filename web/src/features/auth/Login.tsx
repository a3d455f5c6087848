import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Trouble, troubleOf } from '@/api/problem';
import { signIn } from '@/api/session';
import icon from '@/theme/icon.svg';
import { TroubleText } from '@/ui/TroubleText';
import classes from './Auth.module.css';
import { LanguageSwitch } from './Preferences';

export function Login() {
  const { t } = useTranslation();
  const passwordInput = useRef<HTMLInputElement>(null);
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    setTrouble(undefined);
    if (username.trim() === '' || password === '') return;
    setBusy(true);
    try {
      await signIn(username.trim(), password);
    } catch (error) {
      setTrouble(troubleOf(error));
      setBusy(false);
      passwordInput.current?.select();
    }
  };

  return (
    <main className={classes.page}>
      <form
        className={classes.card}
        onSubmit={(event) => void submit(event)}
        noValidate
        aria-labelledby="login-title"
      >
        <div className={classes.brand}>
          <img src={icon} alt="" width={40} height={40} />
          <div>
            <strong>{t('app.name')}</strong>
            <p>{t('app.tagline')}</p>
          </div>
        </div>
        <h1 id="login-title" className={classes.title}>
          {t('auth.title')}
        </h1>
        {trouble !== undefined && (
          <Alert color="red" variant="light" role="alert">
            <TroubleText trouble={trouble} />
          </Alert>
        )}
        <TextInput
          label={t('auth.username')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          value={username}
          error={asked && username.trim() === '' ? t('auth.needUsername') : undefined}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          ref={passwordInput}
          label={t('auth.password')}
          name="password"
          autoComplete="current-password"
          value={password}
          error={asked && password === '' ? t('auth.needPassword') : undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" size="md" fullWidth loading={busy}>
          {t('auth.submit')}
        </Button>
      </form>
      <LanguageSwitch />
    </main>
  );
}
