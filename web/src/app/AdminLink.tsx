import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Network } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { can } from '@/features/members';

/** The way to what only administrators and auditors see. */
export function AdminLink({ user }: { user: User }) {
  const { t } = useTranslation();
  if (!can(user, undefined, 'read_cluster')) return null;
  return (
    <Button
      variant="default"
      leftSection={<Network size={18} aria-hidden />}
      renderRoot={(props) => <Link to="/admin/cluster" {...props} />}
    >
      {t('cluster.title')}
    </Button>
  );
}
