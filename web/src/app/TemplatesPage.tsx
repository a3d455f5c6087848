import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { templateQuery } from '@/api/keys';
import { useSession } from '@/api/session';
import { can } from '@/features/members';
import { TemplateForm, Templates } from '@/features/templates';
import { TroubleNotice } from '@/ui/TroubleNotice';

function useManages(): boolean {
  const user = useSession((session) => session.user);
  return user !== undefined && can(user, undefined, 'manage_templates');
}

export function TemplatesPage() {
  return <Templates mayManage={useManages()} />;
}

export function NewTemplatePage() {
  const navigate = useNavigate();
  return <TemplateForm mayManage={useManages()} onDone={() => void navigate({ to: '/admin/templates' })} />;
}

export function TemplatePage() {
  const { t } = useTranslation();
  const { templateId } = useParams({ from: '/in/admin/templates/$templateId' });
  const navigate = useNavigate();
  const mayManage = useManages();
  const template = useQuery(templateQuery(templateId));
  if (template.data === undefined && template.isError) {
    return (
      <TroubleNotice
        title={t('templates.failed')}
        error={template.error}
        retry={() => void template.refetch()}
      />
    );
  }
  if (template.data === undefined) return <Skeleton height={400} m="lg" />;
  return (
    <TemplateForm
      key={templateId}
      template={template.data}
      mayManage={mayManage}
      onDone={() => void navigate({ to: '/admin/templates' })}
    />
  );
}
