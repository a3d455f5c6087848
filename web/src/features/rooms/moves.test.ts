// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Role, Status, User } from '@/api/types';
import { can } from '@/features/members/can';
import { room } from '@/testing/events';
import { statuses } from './filters';
import { moveAct, moveOf, movesOf, noAnswers, questions, unanswered } from './moves';

/** The server's table of moves, read from its source. */
const source = readFileSync(new URL('../../../../incident/lifecycle.go', import.meta.url), 'utf8');
const status = (name: string) => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase() as Status;
const table = new Map(
  [...source.matchAll(/^\t(\w+):\s+\{([\w, ]*)\},$/gm)].map(([, from = '', to = '']) => [
    status(from),
    to.split(', ').filter(Boolean).map(status),
  ]),
);

const user = { system_role: 'USER' } as const;
const at = (from: Status, role?: Role, system: User['system_role'] = 'USER') =>
  movesOf((act) => can({ system_role: system }, role, act), room({ status: from, moves: table.get(from) }));

describe('F-RM-09, UX 20: the moves that are offered', () => {
  test('the table was read whole', () => {
    expect([...table.keys()].sort()).toEqual([...statuses].sort());
  });

  test.each(
    statuses.flatMap((from) => (['OWNER', 'EDITOR', 'VIEWER'] as const).map((role) => [from, role] as const)),
  )('in %s an %s is offered what is possible and allowed, nothing else', (from, role) => {
    const { next, steps, endings } = at(from, role);
    const offered = [next, ...steps, ...endings.filter(({ why }) => why === undefined).map(({ to }) => to)];
    const allowed = (table.get(from) ?? []).filter((to) => can(user, role, moveAct(from, to)));
    expect(offered.filter((to) => to !== undefined).sort()).toEqual([...allowed].sort());
  });

  test('the next step is the nearest one', () => {
    expect(at('OPEN', 'OWNER').next).toBe('ACKNOWLEDGED');
    expect(at('CONTAINED', 'EDITOR').next).toBe('RESOLVED');
    expect(at('RESOLVED', 'OWNER').next).toBe('CLOSED');
    expect(at('CLOSED', 'OWNER').next).toBe('ARCHIVED');
    expect(at('RESOLVED', 'EDITOR').next).toBeUndefined();
  });

  test('a viewer acknowledges, and nothing else', () => {
    expect(at('OPEN', 'VIEWER')).toEqual({ next: 'ACKNOWLEDGED', steps: [], endings: [] });
    expect(at('ACKNOWLEDGED', 'VIEWER')).toEqual({ next: undefined, steps: [], endings: [] });
    expect(at('OPEN', undefined, 'AUDITOR').next).toBeUndefined();
  });

  test('what the state forbids says why', () => {
    expect(at('OPEN', 'OWNER').endings).toEqual([
      { to: 'DUPLICATE' },
      { to: 'CANCELLED' },
      { to: 'ARCHIVED', why: 'needsEnd' },
    ]);
    expect(at('CANCELLED', 'OWNER').endings[0]).toEqual({ to: 'IN_PROGRESS', why: 'notResolved' });
    expect(at('ACKNOWLEDGED', 'OWNER').steps).toEqual(['CONTAINED', 'RESOLVED', 'CLOSED']);
    expect(at('CLOSED', 'OWNER').endings).toEqual([
      { to: 'IN_PROGRESS' },
      { to: 'DUPLICATE', why: 'isOver' },
      { to: 'CANCELLED', why: 'isOver' },
    ]);
    expect(at('ARCHIVED', 'OWNER').endings.every(({ why }) => why === 'archived')).toBe(true);
  });
});

describe('F-RM-09: what a move asks for', () => {
  test('texts where the server wants them', () => {
    expect(questions({ status: 'OPEN' }, 'ACKNOWLEDGED')).toEqual([]);
    expect(questions({ status: 'OPEN' }, 'RESOLVED')).toEqual(['resolution']);
    expect(questions({ status: 'OPEN' }, 'CLOSED')).toEqual(['resolution', 'cause']);
    expect(questions({ status: 'RESOLVED', resolution: 'x' }, 'CLOSED')).toEqual(['cause']);
    expect(questions({ status: 'RESOLVED', resolution: 'x' }, 'IN_PROGRESS')).toEqual(['reason']);
    expect(questions({ status: 'OPEN' }, 'IN_PROGRESS')).toEqual([]);
    expect(questions({ status: 'OPEN' }, 'CANCELLED')).toEqual(['reason']);
  });

  test('a cause or a waiver, not both', () => {
    const asked = questions({ status: 'RESOLVED', resolution: 'x' }, 'CLOSED');
    const resolved = room({ status: 'RESOLVED', resolution: 'x', version: 7 });
    expect(unanswered(asked, { ...noAnswers, waiver: 'w' })).toBe('cause');
    expect(unanswered(asked, { ...noAnswers, waiver: 'w', waived: true })).toBeUndefined();
    expect(moveOf(resolved, 'CLOSED', { ...noAnswers, waiver: ' w ', rootCause: 'c', waived: true })).toEqual(
      {
        version: 7,
        status: 'CLOSED',
        waiver: 'w',
      },
    );
    expect(moveOf(resolved, 'CLOSED', { ...noAnswers, rootCause: 'c', reason: 'r' })).toEqual({
      version: 7,
      status: 'CLOSED',
      root_cause: 'c',
    });
  });
});
