import { Button, Textarea, TextInput } from '@mantine/core';
import { Printer, QrCode as QrCodeIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Refusal } from '@/ui/Refusal';
import { QrCode } from './QrCode';
import classes from './Stations.module.css';
import { linkOf, maxPart, type Sheet, stationsOf } from './sheet';

interface Props {
  sheet: Sheet;
  mayPrint: boolean;
  onChange: (change: Partial<Sheet>) => void;
}

/** Makes what hangs at the stations: a code each, that leads to a declaration from there. */
export function Stations({ sheet, mayPrint, onChange }: Props) {
  const { t } = useTranslation();
  const [lines, setLines] = useState(() => sheet.station?.join('\n') ?? '');
  const { site = '', line = '', station: stations = [] } = sheet;
  if (!mayPrint) return <Refusal title={t('stations.forbidden')} hint={t('stations.forbiddenHint')} />;
  return (
    <Page
      title={t('stations.title')}
      hint={t('stations.hint')}
      actions={
        <Button
          leftSection={<Printer size={18} aria-hidden />}
          disabled={stations.length === 0}
          onClick={() => window.print()}
        >
          {t('stations.print')}
        </Button>
      }
    >
      <form className={classes.form} onSubmit={(event) => event.preventDefault()}>
        <TextInput
          label={t('declare.site')}
          maxLength={maxPart}
          value={site}
          onChange={(event) => onChange({ site: event.currentTarget.value })}
        />
        <TextInput
          label={t('declare.line')}
          placeholder={t('declare.linePlaceholder')}
          maxLength={maxPart}
          value={line}
          onChange={(event) => onChange({ line: event.currentTarget.value })}
        />
        <Textarea
          className={classes.lines}
          label={t('stations.stations')}
          description={t('stations.stationsHint')}
          placeholder={t('declare.stationPlaceholder')}
          autosize
          minRows={3}
          maxRows={12}
          value={lines}
          onChange={(event) => {
            setLines(event.currentTarget.value);
            onChange({ station: stationsOf(event.currentTarget.value.split('\n')) });
          }}
        />
      </form>
      {stations.length === 0 && (
        <Notice icon={QrCodeIcon} title={t('stations.none')} hint={t('stations.noneHint')} />
      )}
      <ul className={classes.cards} aria-label={t('stations.cards')}>
        {stations.map((station) => (
          <li key={station} className={classes.card}>
            <Card sheet={sheet} station={station} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

/** In both languages, whoever prints it: who scans it may read only one. */
function Card({ sheet, station }: { sheet: Sheet; station: string }) {
  const { t } = useTranslation();
  const link = linkOf(window.location.origin, sheet, station);
  const above = [sheet.site, sheet.line].filter(Boolean).join(' › ');
  return (
    <>
      <p className={classes.above}>{above}</p>
      <h2 className={classes.station}>{station}</h2>
      <QrCode className={classes.code} text={link} label={t('stations.codeOf', { station })} />
      <p className={classes.scan} lang="zh-Hant-TW">
        {t('stations.scanZh')}
      </p>
      <p lang="en">{t('stations.scanEn')}</p>
      <p className={classes.link}>{decodeURI(link)}</p>
    </>
  );
}
