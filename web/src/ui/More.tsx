import { Alert, Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { troubleOf } from '@/api/problem';
import classes from './More.module.css';
import { TroubleText } from './TroubleText';

interface Props {
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
  /** What stands where nothing follows. */
  end: string;
}

/** The foot of a list that comes page by page. */
export function More({ query, end }: Props) {
  const { t } = useTranslation();
  return (
    <div className={classes.more}>
      {query.isFetchNextPageError && (
        <Alert color="red" variant="light" title={t('app.moreFailed')} role="alert">
          <TroubleText trouble={troubleOf(query.error)} />
        </Alert>
      )}
      {query.hasNextPage ? (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('app.more')}
        </Button>
      ) : (
        <p>{end}</p>
      )}
    </div>
  );
}
