import { useNavigate, useSearch } from '@tanstack/react-router';
import { SearchScreen } from '@/features/search';

export function SearchPage() {
  const terms = useSearch({ from: '/in/search' });
  const navigate = useNavigate();
  return (
    <SearchScreen
      terms={terms}
      onChange={(change, how) =>
        void navigate({
          to: '/search',
          search: (before) => ({ ...before, ...change }),
          replace: how === 'replace',
        })
      }
    />
  );
}
