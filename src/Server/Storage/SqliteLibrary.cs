namespace Reelay.Storage;
static class SqliteLibrary {}
