import { lazy, Suspense } from 'react';
import type { Props } from './Evidence';

const Evidence = lazy(() => import('./Evidence'));

/** The gallery of a room's evidence; loaded when somebody looks at it. */
export function GalleryTab(props: Props) {
  return (
    <Suspense fallback={null}>
      <Evidence {...props} />
    </Suspense>
  );
}
