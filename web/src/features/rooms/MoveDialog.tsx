import { Alert, Button, SegmentedControl, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room, Status } from '@/api/types';
import { Sheet, SheetFoot } from '@/ui/Sheet';
import { ChangeTrouble } from './ChangeTrouble';
import classes from './MoveDialog.module.css';
import { type Answers, isReopening, moveOf, noAnswers, type Question, questions, unanswered } from './moves';
import { RoomPicker } from './RoomPicker';
import { useMove } from './useMove';

interface Props {
  room: Room;
  to: Status;
  onClose: () => void;
}

/** Asks what a move needs to say, then makes it. What was typed outlives a refusal. */
export function MoveDialog({ room, to, onClose }: Props) {
  const { t } = useTranslation();
  const { move, isPending, error, seen } = useMove(room);
  const [from] = useState(room.status); // as the question was asked
  const [asked] = useState(() => questions(room, to));
  const [answers, setAnswers] = useState<Answers>({ ...noAnswers, resolution: room.resolution ?? '' });
  const [checked, setChecked] = useState(false);

  const reopening = isReopening(from, to);
  const name = t(`rooms.move.${reopening ? 'reopen' : to}`);
  const possible = room.moves?.includes(to) ?? false;
  const open = unanswered(asked, answers);
  const change = (part: Partial<Answers>) => setAnswers((before) => ({ ...before, ...part }));
  const errorOf = (question: Question) =>
    checked && open === question ? t(`rooms.ask.need.${question}`) : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (open === undefined && possible) move(moveOf(room, to, answers), onClose);
  };

  const field: Record<Question, () => React.ReactNode> = {
    reason: () => (
      <Textarea
        key="reason"
        data-autofocus
        label={t('rooms.ask.reason')}
        description={t(reopening ? 'rooms.ask.reasonReopen' : 'rooms.ask.reasonCancel')}
        required
        autosize
        minRows={3}
        maxRows={10}
        maxLength={1000}
        error={errorOf('reason')}
        value={answers.reason}
        onChange={(event) => change({ reason: event.currentTarget.value })}
      />
    ),
    resolution: () => (
      <Textarea
        key="resolution"
        data-autofocus
        label={t('rooms.ask.resolution')}
        description={t('rooms.ask.resolutionHint')}
        required
        autosize
        minRows={3}
        maxRows={12}
        maxLength={4000}
        error={errorOf('resolution')}
        value={answers.resolution}
        onChange={(event) => change({ resolution: event.currentTarget.value })}
      />
    ),
    cause: () => <Cause key="cause" answers={answers} onChange={change} error={errorOf('cause')} />,
    of: () => (
      <RoomPicker
        key="of"
        label={t('rooms.ask.of')}
        exclude={room.room_id}
        value={answers.of}
        onChange={(of) => change({ of })}
        error={errorOf('of')}
      />
    ),
    confirm: () => <p key="confirm">{t('rooms.ask.archive')}</p>,
  };

  return (
    <Sheet title={name} onClose={onClose}>
      <form onSubmit={submit} noValidate className={classes.form}>
        <p className={classes.which}>
          <span className="figures">{room.number}</span> {room.title}
        </p>
        {asked.map((question) => field[question]())}
        {!possible && !isPending && (
          <Alert color="yellow" variant="light" role="alert">
            {t('rooms.noLonger', { status: t(`status.${room.status}`) })}
          </Alert>
        )}
        {error !== undefined && possible && (
          <ChangeTrouble title={t('rooms.moveFailed')} error={error} seen={seen} version={room.version} />
        )}
        <SheetFoot>
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={isPending} disabled={!possible}>
            {name}
          </Button>
        </SheetFoot>
      </form>
    </Sheet>
  );
}

interface CauseProps {
  answers: Answers;
  onChange: (part: Partial<Answers>) => void;
  error?: string;
}

/** Nothing is closed without its cause, or a word on why nobody looks for it. */
function Cause({ answers, onChange, error }: CauseProps) {
  const { t } = useTranslation();
  const { waived } = answers;
  return (
    <div className={classes.cause}>
      <SegmentedControl
        fullWidth
        aria-label={t('rooms.ask.cause')}
        value={waived ? 'waiver' : 'cause'}
        onChange={(value) => onChange({ waived: value === 'waiver' })}
        data={[
          { value: 'cause', label: t('rooms.ask.rootCause') },
          { value: 'waiver', label: t('rooms.ask.waiver') },
        ]}
      />
      <Textarea
        label={t(waived ? 'rooms.ask.waiverLabel' : 'rooms.ask.rootCause')}
        description={t(waived ? 'rooms.ask.waiverHint' : 'rooms.ask.rootCauseHint')}
        required
        autosize
        minRows={3}
        maxRows={12}
        maxLength={waived ? 1000 : 4000}
        error={error}
        value={waived ? answers.waiver : answers.rootCause}
        onChange={({ currentTarget: { value } }) =>
          onChange(waived ? { waiver: value } : { rootCause: value })
        }
      />
    </div>
  );
}
