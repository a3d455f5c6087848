export { Attachment } from './Attachment';
export { DropTarget } from './DropTarget';
export { Evidence } from './Evidence';
export { FilePickers } from './FilePickers';
export { StagedFiles, sameFile } from './StagedFiles';
export { transfer } from './transfer';
export { UploadTile } from './UploadTile';
export { type Upload, Uploads } from './uploads';
export { type Picture, ViewerProvider } from './Viewer';
