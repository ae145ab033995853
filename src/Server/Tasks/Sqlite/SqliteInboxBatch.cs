namespace Reelay.Server.Tasks.Sqlite;

/// <summary>Mail within a batch: putting it in, taking it out, and the record of what operators did.</summary>
internal sealed class SqliteInboxBatch(SqliteStatements statements)
{
    public OperationResult Post(StoreOperation.Post post)
    {
        var row = post.Row;
        if (statements.FindMail.Set(1, row.TaskId).Set(2, row.Attempt).Set(3, row.Dedupe).ExecuteLong() is not null) return new(OperationOutcome.Applied);
        if (statements.CountMail.Set(1, row.TaskId).Set(2, row.Kind).ExecuteLong() >= InboxRow.MaxPerTask) return new(OperationOutcome.InboxFull);
        statements.InsertMail
            .Set(1, row.TaskId).Set(2, TaskIds.ShardOf(row.TaskId)).Set(3, row.Attempt).Set(4, row.Kind).Set(5, row.Dedupe).Set(6, row.Body)
            .Set(7, row.CreatedAt).Execute();
        return new(OperationOutcome.Applied);
    }

    public void Use(IReadOnlyList<long> used, TaskAction? action)
    {
        foreach (var id in used) statements.DeleteMail.Set(1, id).Execute();
        if (action is null) return;
        statements.InsertAction
            .Set(1, action.Id).Set(2, action.TaskId).Set(3, action.Attempt).Set(4, action.KeyId).Set(5, action.Action)
            .Set(6, action.AskedAt).Set(7, action.DoneAt).Set(8, action.RefusalCode).Set(9, action.RefusalMessage)
            .Set(10, action.NewTaskId).Set(11, action.BeforeJson).Set(12, action.AfterJson).Execute();
    }
}
