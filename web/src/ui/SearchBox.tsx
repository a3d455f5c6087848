import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './SearchBox.module.css';

interface Props {
  id?: string;
  label: string;
  placeholder: string;
  value: string;
  onChange: (q: string) => void;
}

/** Milliseconds of quiet before what is typed becomes a search. */
const typingPause = 300;

/** Narrows a list by words; what is looked for lives in the address. */
export function SearchBox({ id, label, placeholder, value, onChange }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const search = useDebouncedCallback((q: string) => {
    sent.current = q.trim();
    onChange(q.trim());
  }, typingPause);

  // Back, a breadcrumb or "clear filters" changed the address: show it.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);

  const type = (q: string) => {
    setText(q);
    search(q);
  };

  return (
    <TextInput
      type="search"
      id={id}
      className={classes.search}
      aria-label={label}
      placeholder={placeholder}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={
        text !== '' && <CloseButton size="sm" aria-label={t('rooms.clearSearch')} onClick={() => type('')} />
      }
      maxLength={100}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
