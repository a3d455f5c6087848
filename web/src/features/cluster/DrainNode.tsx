import { Alert, Button, Group, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { clusterQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { Node } from '@/api/types';
import { TroubleText } from '@/ui/TroubleText';
import { tell } from '@/ui/tell';
import classes from './Cluster.module.css';
import { nameOf } from './nodes';

interface Props {
  node?: Node;
  opened: boolean;
  /** It is the node that answers this page. */
  here: boolean;
  onClose: () => void;
}

/** Asks before a node leaves, and says what that means. */
export function DrainNode({ node, opened, here, onClose }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const drain = $api.useMutation('post', '/api/admin/cluster/{node_id}/drain');
  const name = node === undefined ? '' : nameOf(node);

  const close = () => {
    drain.reset();
    onClose();
  };
  const confirm = () => {
    if (node === undefined) return;
    drain.mutate(
      { params: { path: { node_id: node.node_id } } },
      {
        onSuccess: () => {
          close();
          tell(t('cluster.drained', { name }));
          void cache.invalidateQueries({ queryKey: clusterQuery().queryKey });
        },
      },
    );
  };

  return (
    <Modal
      opened={opened}
      onClose={close}
      centered
      title={t('cluster.drainTitle', { name })}
      closeButtonProps={{ 'aria-label': t('app.close') }}
      classNames={{ title: classes.question }}
    >
      <p>
        {t('cluster.drainWhat', {
          connections: node?.figures.connections ?? 0,
          rooms: node?.figures.rooms ?? 0,
        })}
      </p>
      {here && <p className={classes.warning}>{t('cluster.drainHere')}</p>}
      {drain.isError && (
        <Alert color="red" variant="light" mt="md" title={t('cluster.drainFailed')} role="alert">
          <TroubleText trouble={troubleOf(drain.error)} />
        </Alert>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={close} data-autofocus>
          {t('app.cancel')}
        </Button>
        <Button onClick={confirm} loading={drain.isPending}>
          {t('cluster.drain')}
        </Button>
      </Group>
    </Modal>
  );
}
