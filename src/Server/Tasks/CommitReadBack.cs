namespace Reelay.Server.Tasks;

/// <summary>Judges, after a commit of unknown outcome, from what is in the store now whether an operation took effect.</summary>
internal static class CommitReadBack
{
    /// <summary>The result of an operation, or null if it was surely not written and may be tried again.</summary>
    public static OperationResult? Judge(StoreOperation operation, TaskDetail? found) => operation switch
    {
        StoreOperation.Create => found is null ? null : new OperationResult(OperationOutcome.Applied, found.Task),
        StoreOperation.Transition transition => Judge(transition, found),

        // Marks can be repeated without harm.
        StoreOperation.Intent or StoreOperation.Discard or StoreOperation.NoteIntent or StoreOperation.Post or StoreOperation.Note
            or StoreOperation.Deliver => null,

        // One line too many is harmless: it lets one retry be a new order.
        StoreOperation.NoteRefusal => null,

        // Whether this try or another has the bit cannot be told: it goes on as if another had it, to the next order or a new one.
        StoreOperation.ClaimIntent => new OperationResult(OperationOutcome.VersionChanged),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "unknown operation"),
    };

    private static OperationResult? Judge(StoreOperation.Transition transition, TaskDetail? found)
    {
        if (found is null) return new OperationResult(OperationOutcome.NotFound);
        var after = transition.After;
        if (found.Task.Version < after.Version) return null;

        // An intent of another node can have raised the version since; whoever asked reloads and decides from the row, which is right
        // in either case.
        if (found.Task.Version > after.Version || found.Task.Phase != after.Phase) return new OperationResult(OperationOutcome.VersionChanged);
        var attempt = found.Attempts.FirstOrDefault(row => row.Number == transition.Attempt?.Number);
        return new OperationResult(OperationOutcome.Applied, found.Task, attempt);
    }
}
