import { ActionIcon, Button, TextInput } from '@mantine/core';
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type Gap, type Line, limits, moved, newLine } from './draft';
import classes from './Templates.module.css';

interface Props {
  lines: Line[];
  missing: ReadonlySet<Gap>;
  mayChange: boolean;
  onChange: (lines: Line[]) => void;
}

/** What is to be done in every room made from a template, in order; moved by buttons (UX 12). */
export function ChecklistEditor({ lines, missing, mayChange, onChange }: Props) {
  const { t } = useTranslation();
  const write = (key: number, part: Partial<Line>) =>
    onChange(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
  const box = (line: Line, language: 'zh' | 'en', number: number) => (
    <TextInput
      lang={language === 'zh' ? 'zh-Hant' : 'en'}
      aria-label={t(`templates.item_${language}`, { number })}
      placeholder={t(`templates.language_${language}`)}
      maxLength={limits.item}
      error={missing.has(`${line.key}.${language}`) ? t('templates.needed') : undefined}
      value={line[language]}
      onChange={(event) => write(line.key, { [language]: event.currentTarget.value })}
    />
  );
  return (
    <section className={classes.part} aria-labelledby="template-checklist">
      <h2 id="template-checklist">{t('details.checklist')}</h2>
      <ol className={classes.lines}>
        {lines.map((line, index) => {
          const number = index + 1;
          return (
            <li key={line.key} className={classes.line}>
              <span className={`${classes.number} figures`}>{number}</span>
              <div className={classes.texts}>
                {box(line, 'zh', number)}
                {box(line, 'en', number)}
              </div>
              {mayChange && (
                <div className={classes.tools}>
                  <ActionIcon
                    variant="subtle"
                    size={36}
                    disabled={index === 0}
                    aria-label={t('templates.up', { number })}
                    onClick={() => onChange(moved(lines, index, index - 1))}
                  >
                    <ArrowUp size={18} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    size={36}
                    disabled={number === lines.length}
                    aria-label={t('templates.down', { number })}
                    onClick={() => onChange(moved(lines, index, index + 1))}
                  >
                    <ArrowDown size={18} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    size={36}
                    aria-label={t('templates.removeItem', { number })}
                    onClick={() => onChange(lines.filter((one) => one.key !== line.key))}
                  >
                    <Trash2 size={18} aria-hidden />
                  </ActionIcon>
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {mayChange && (
        <Button
          variant="light"
          disabled={lines.length >= limits.items}
          leftSection={<Plus size={18} aria-hidden />}
          onClick={() => onChange([...lines, newLine()])}
        >
          {t('templates.addItem')}
        </Button>
      )}
    </section>
  );
}
