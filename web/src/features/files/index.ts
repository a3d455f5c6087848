import { later } from '@/ui/later';
import { Waiting } from '@/ui/Waiting';

export { Attachment } from './Attachment';
export { DropTarget } from './DropTarget';
export { FilePickers } from './FilePickers';
export { type EvidenceFilter, readEvidenceFilter } from './filter';
export { beingDeclared, Kept } from './kept';
export { mayOpen } from './scan';
export { end, isStored, send } from './sending';
export { Trays } from './trays';
export { UploadNews } from './UploadNews';
export type { Upload } from './upload';
export { Uploads } from './uploads';
export { maxDescription, useStaged } from './useStaged';
export { type Picture, ViewerProvider } from './Viewer';

/** What will go with the next send. */
export const StagedFiles = later(async () => (await import('./StagedFiles')).StagedFiles);

/** What is on its way into a room. */
export const UploadList = later(async () => (await import('./UploadList')).UploadList);

/** The gallery of a room's evidence. */
export const Evidence = later(async () => (await import('./Evidence')).Evidence, Waiting);
