import { Alert, Button } from '@mantine/core';
import { Inbox } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { Waiting } from '@/ui/Waiting';
import classes from './Design.module.css';

const variants = ['filled', 'light', 'default', 'subtle'] as const;

export function Buttons() {
  const { t } = useTranslation();
  return (
    <div className={classes.line}>
      {variants.map((variant) => (
        <Button key={variant} variant={variant}>
          {t(`design.button.${variant}`)}
        </Button>
      ))}
      <Button color="red" variant="light">
        {t('design.button.danger')}
      </Button>
      <Button disabled>{t('design.button.disabled')}</Button>
      <Button loading>{t('design.button.loading')}</Button>
    </div>
  );
}

/** What stands where content would be, and what is said beside it. */
export function States() {
  const { t } = useTranslation();
  return (
    <div className={classes.states}>
      <div>
        <h3>{t('design.state.empty')}</h3>
        <Notice icon={Inbox} title={t('rooms.empty')} hint={t('rooms.emptyHint')}>
          <Button variant="light">{t('app.declare')}</Button>
        </Notice>
      </div>
      <div>
        <h3>{t('design.state.failed')}</h3>
        <TroubleNotice title={t('rooms.failed')} error={new TypeError()} retry={() => {}} />
      </div>
      <div>
        <h3>{t('design.state.waiting')}</h3>
        <Waiting />
      </div>
      <div>
        <h3>{t('design.state.told')}</h3>
        <div className={classes.told}>
          <Alert color="red" variant="light">
            {t('error.busy')}
          </Alert>
          <Alert color="yellow" variant="light">
            {t('error.file_pending')}
          </Alert>
        </div>
      </div>
    </div>
  );
}
