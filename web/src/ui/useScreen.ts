import { useMediaQuery } from '@mantine/hooks';

/** Phones show one pane, tablets list and room, desks also the panel beside them. The CSS says the same widths. */
export function useScreen(): 'phone' | 'tablet' | 'desk' {
  const desk = useMediaQuery('(min-width: 1200px)', undefined, { getInitialValueInEffect: false });
  const tablet = useMediaQuery('(min-width: 768px)', undefined, { getInitialValueInEffect: false });
  if (desk) return 'desk';
  return tablet ? 'tablet' : 'phone';
}
