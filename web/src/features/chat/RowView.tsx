import type { Person } from '@/api/types';
import { MessageBody, MessageFrame } from './Message';
import classes from './Message.module.css';
import { MessageActions } from './MessageActions';
import { Note, StatusNote } from './Note';
import { PendingMessage } from './PendingMessage';
import type { Row } from './rows';
import { SeenBy } from './SeenBy';

interface Props {
  row: Row;
  me: Person;
  connected: boolean;
  /** My newest message: it says who has seen it. */
  last: boolean;
  onRetry: (clientMsgId: string) => void;
  onDiscard: (clientMsgId: string) => void;
}

export function RowView({ row, me, connected, last, onRetry, onDiscard }: Props) {
  switch (row.kind) {
    case 'note':
      return <Note event={row.event} at={row.at} />;
    case 'status':
      return <StatusNote message={row.message} at={row.at} />;
    case 'pending':
      return (
        <MessageFrame author={me} mine first={row.first} at={row.at}>
          <PendingMessage
            pending={row.pending}
            connected={connected}
            onRetry={() => onRetry(row.pending.clientMsgId)}
            onDiscard={() => onDiscard(row.pending.clientMsgId)}
          />
        </MessageFrame>
      );
    case 'message': {
      const { message } = row;
      return (
        <MessageFrame
          author={message.author}
          mine={message.author.user_id === me.user_id}
          first={row.first}
          at={row.at}
        >
          <div className={classes.withActions}>
            <div className={classes.said}>
              <MessageBody message={message} />
            </div>
            {message.deleted === undefined && <MessageActions message={message} />}
          </div>
          {last && <SeenBy seq={message.seq} />}
        </MessageFrame>
      );
    }
  }
}
