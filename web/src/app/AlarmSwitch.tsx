import { Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mayRing, ring, setRing } from '@/device/ring';

/** Whether this device rings; switched on, it does at once, to be heard. */
export function AlarmSwitch() {
  const { t } = useTranslation();
  const [on, setOn] = useState(mayRing);
  return (
    <Switch
      size="md"
      label={t('alarm.switch')}
      description={t('alarm.switchHint')}
      checked={on}
      onChange={(event) => {
        const { checked } = event.currentTarget;
        setOn(checked);
        setRing(checked);
        if (checked) void ring();
      }}
    />
  );
}
