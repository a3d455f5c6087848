import { Design } from '@/features/design';
import { LineStoppedBadge, SeverityBadge, StatusBadge } from '@/features/rooms/Badges';
import { severities, statuses } from '@/features/rooms/filters';

export function DesignPage() {
  return (
    <Design
      severities={
        <>
          {severities.map((severity) => (
            <SeverityBadge key={severity} severity={severity} />
          ))}
          <SeverityBadge severity="CRITICAL" calm />
          <LineStoppedBadge />
        </>
      }
      statuses={statuses.map((status) => <StatusBadge key={status} status={status} />)}
    />
  );
}
