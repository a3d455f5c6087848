import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ClipboardList, Network } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { can } from '@/features/members';

/** The ways to what only administrators and auditors see. */
export function AdminLinks({ user }: { user: User }) {
  const { t } = useTranslation();
  const seesTemplates = can(user, undefined, 'manage_templates') || can(user, undefined, 'read_audit');
  return (
    <>
      {seesTemplates && (
        <Button
          variant="default"
          leftSection={<ClipboardList size={18} aria-hidden />}
          renderRoot={(props) => <Link to="/admin/templates" {...props} />}
        >
          {t('templates.link')}
        </Button>
      )}
      {can(user, undefined, 'read_cluster') && (
        <Button
          variant="default"
          leftSection={<Network size={18} aria-hidden />}
          renderRoot={(props) => <Link to="/admin/cluster" {...props} />}
        >
          {t('cluster.title')}
        </Button>
      )}
    </>
  );
}
