import type { components } from './schema';

type Schemas = components['schemas'];

export type ClientFrame = Schemas['ClientFrame'];
export type ServerFrame = Schemas['ServerFrame'];
export type RoomEvent = Schemas['RoomEvent'];
export type SendMessageFrame = Schemas['SendMessageFrame'];

export type Cluster = Schemas['ClusterNodes'];
export type Node = Schemas['Node'];
export type NodeState = Schemas['NodeState'];
export type AuditEntry = Schemas['AuditEntry'];
export type ChecklistItem = Schemas['ChecklistItem'];
export type ErrorCode = Schemas['ErrorCode'];
export type EventPage = Schemas['EventPage'];
export type File = Schemas['File'];
export type FileKind = Schemas['FileKind'];
export type FilePage = Schemas['FilePage'];
export type IncidentType = Schemas['IncidentType'];
export type Member = Schemas['Member'];
export type Message = Schemas['Message'];
export type NewRoom = Schemas['NewRoom'];
export type Person = Schemas['Person'];
export type Place = Schemas['Place'];
export type Problem = Schemas['Problem'];
export type Reference = Schemas['Reference'];
export type Role = Schemas['Role'];
export type Room = Schemas['Room'];
export type RoomMove = Schemas['RoomMove'];
export type RoomPage = Schemas['RoomPage'];
export type RoomPatch = Schemas['RoomPatch'];
export type Severity = Schemas['Severity'];
export type SignedIn = Schemas['SignedIn'];
export type Status = Schemas['Status'];
export type Template = Schemas['Template'];
export type TemplateBody = Schemas['TemplateBody'];
export type User = Schemas['User'];
