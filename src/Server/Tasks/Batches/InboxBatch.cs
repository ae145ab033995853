namespace Reelay.Server.Tasks.Batches;

/// <summary>Mail within a batch: putting it in, taking it out, and the record of what operators did.</summary>
internal sealed class InboxBatch(IBatchRows rows)
{
    public OperationResult Post(StoreOperation.Post post)
    {
        var (isThere, count) = rows.Mail(post.Row);
        if (isThere) return new(OperationOutcome.Applied);
        if (count >= InboxRow.MaxPerTask) return new(OperationOutcome.InboxFull);
        rows.InsertMail(post.Row);
        return new(OperationOutcome.Applied);
    }

    public void Use(IReadOnlyList<long> used, TaskAction? action)
    {
        foreach (var id in used) rows.DeleteMail(id);
        if (action is not null) rows.InsertAction(action);
    }
}
