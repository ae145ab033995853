namespace Reelay.Server.Tasks;

/// <summary>One write. Closed set.</summary>
public abstract record StoreOperation
{
    private StoreOperation()
    {
    }

    /// <summary>The task it writes.</summary>
    public abstract string TaskId { get; }

    /// <summary>Inserts a task and reserves its price.</summary>
    /// <remarks>Needs the shard, bounds of key and account that it does not pass, and a balance that pays for it unless the account is unlimited.</remarks>
    public sealed record Create(ShardFence Fence, GenerationTask Task) : StoreOperation
    {
        /// <summary>The order as it is stored; made here, by the request, so that the one writer does not have to.</summary>
        public ReadOnlyMemory<byte> OrderJson { get; } = Catalog.OrderJson.Serialize(Task.Order);

        /// <summary>The price it was accepted under as it is stored, or null; likewise.</summary>
        public string? PriceJson { get; } = Task.Price?.ToJson();

        /// <summary>The caller's own key for the order, or null. If a task has it already, nothing is inserted and that task is the result.</summary>
        public IdempotencyClaim? Idempotency { get; init; }

        /// <summary>
        /// Bounds of the key. Null for an operator's own order, to which neither the key's nor the account's bounds apply, but the balance does.
        /// </summary>
        public Accounts.Limits? KeyLimits { get; init; }

        /// <summary>What a restart must know of it, or null for a plain first try.</summary>
        public OrderIntent? Remembered { get; init; }

        /// <inheritdoc/>
        public override string TaskId => Task.Id;
    }

    /// <summary>Takes a task from one row to the next, together with its attempt, money and files.</summary>
    /// <remarks>
    /// Needs the shard, the version <paramref name="After"/> was made from (one less than its own), a free slot if
    /// <see cref="Admission"/> is given, and an upstream id that no other attempt of the channel account has.
    /// </remarks>
    /// <param name="Fence">Proof of ownership.</param>
    /// <param name="After">The new row.</param>
    public sealed record Transition(ShardFence Fence, GenerationTask After) : StoreOperation
    {
        /// <summary>The attempt as it will be: inserted or replaced. Null leaves attempts alone.</summary>
        public TaskAttempt? Attempt { get; init; }

        /// <summary>Given when <see cref="Attempt"/> is new and needs a slot.</summary>
        public SlotAdmission? Admission { get; init; }

        /// <summary>How the reservation is closed, when the task becomes terminal.</summary>
        public MoneyMove? Money { get; init; }

        /// <summary>Stored outputs to record.</summary>
        public IReadOnlyList<TaskAsset> Assets { get; init; } = [];

        /// <summary>Fetched inputs to record.</summary>
        public IReadOnlyList<TaskInput> Inputs { get; init; } = [];

        /// <summary>Mail that is used up by it.</summary>
        public IReadOnlyList<long> UsedMail { get; init; } = [];

        /// <summary>What an operator did by it, or null.</summary>
        public TaskAction? Action { get; init; }

        /// <inheritdoc/>
        public override string TaskId => After.Id;
    }

    /// <summary>Puts mail into a task's inbox, on any node. Equal mail that is still there is stored once, and both count as written.</summary>
    /// <param name="Row">The mail.</param>
    public sealed record Post(InboxRow Row) : StoreOperation
    {
        /// <inheritdoc/>
        public override string TaskId => Row.TaskId;
    }

    /// <summary>Takes used mail out of a task's inbox without changing the task.</summary>
    /// <remarks>Needs the shard.</remarks>
    /// <param name="Fence">Proof of ownership.</param>
    /// <param name="Id">The task.</param>
    /// <param name="UsedMail">Ids of the rows.</param>
    /// <param name="Action">What an operator asked for and was answered, or null.</param>
    public sealed record Note(ShardFence Fence, string Id, IReadOnlyList<long> UsedMail, TaskAction? Action = null) : StoreOperation
    {
        /// <inheritdoc/>
        public override string TaskId => Id;
    }

    /// <summary>Notes what somebody wants of a task, on any node. The owner decides what becomes of it.</summary>
    /// <param name="Id">The task.</param>
    /// <param name="AccountId">The task must belong to it, or null for operators.</param>
    /// <param name="IsDelete">Delete, else cancel.</param>
    /// <param name="At">Unix milliseconds.</param>
    public sealed record Intent(string Id, string? AccountId, bool IsDelete, long At) : StoreOperation
    {
        /// <inheritdoc/>
        public override string TaskId => Id;
    }

    /// <summary>Notes for which tries of a caller a recent task stands, and whether its answer arrived.</summary>
    public sealed record NoteIntent(OrderIntent Order) : StoreOperation
    {
        /// <inheritdoc/>
        public override string TaskId => Order.TaskId;
    }

    /// <summary>Has one try of a caller stand for a recent order: of tries with the same bit only one does.</summary>
    /// <remarks>VersionChanged where the bit was taken already; NotFound where the order is no longer remembered.</remarks>
    public sealed record ClaimIntent(string Id, long Bit) : StoreOperation
    {
        /// <inheritdoc/>
        public override string TaskId => Id;
    }

    /// <summary>Notes an order that a stopping server refused, for the server that comes after it.</summary>
    public sealed record NoteRefusal(RefusedOrder Order) : StoreOperation
    {
        /// <inheritdoc/>
        public override string TaskId => Order.Fingerprint + Order.At;
    }

    /// <summary>Changes a delivery to a caller, on any node: claims it, notes what became of it, or has it sent again.</summary>
    /// <remarks>VersionChanged where somebody else was quicker, NotFound where there is none.</remarks>
    public sealed record Deliver(Webhooks.DeliveryWrite Write) : StoreOperation
    {
        /// <inheritdoc/>
        public override string TaskId => Write.DeliveryId;
    }

    /// <summary>Notes that the files of a terminal task, inputs, outputs and their variants, are gone from the asset store.</summary>
    /// <param name="Id">The task.</param>
    /// <param name="At">Unix milliseconds.</param>
    public sealed record Discard(string Id, long At) : StoreOperation
    {
        /// <inheritdoc/>
        public override string TaskId => Id;
    }
}

/// <summary>Proof that a node may write a shard's tasks.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="NodeId">Its owner.</param>
/// <param name="Epoch">The owner's epoch.</param>
public readonly record struct ShardFence(int Shard, string NodeId, long Epoch);

/// <summary>A claim to one of a channel's slots.</summary>
/// <param name="MaxInFlight">Attempts the channel may have open.</param>
/// <param name="CallMilliseconds">Longest duration of the submission call; the store sets <see cref="TaskAttempt.SendBy"/> from its own clock.</param>
public readonly record struct SlotAdmission(int MaxInFlight, long CallMilliseconds)
{
    /// <summary>Attempts of the same upstream model the channel may have open; null for no bound of its own.</summary>
    public int? MaxInFlightOfModel { get; init; }
}

/// <summary>How a reservation is closed.</summary>
/// <param name="SettledMicros">Taken from the balance, 0 to the reservation; the rest is given back. 0 with <paramref name="IsRelease"/>.</param>
/// <param name="IsRelease">Nothing is taken.</param>
public readonly record struct MoneyMove(long SettledMicros, bool IsRelease)
{
    /// <summary>Gives the whole reservation back.</summary>
    public static MoneyMove Release { get; } = new(0, true);

    /// <summary>Seconds of video that are settled, over all outputs; 0 for pictures and for what was never made.</summary>
    public long Seconds { get; init; }

    /// <summary>Takes a part of the reservation and gives the rest back.</summary>
    public static MoneyMove Settle(long micros, long seconds = 0) => new(micros, false) { Seconds = seconds };
}

/// <summary>What became of one operation.</summary>
public readonly record struct OperationResult(OperationOutcome Outcome, GenerationTask? Task = null, TaskAttempt? Attempt = null)
{
    /// <summary>The bound that it would have passed, with <see cref="OperationOutcome.LimitReached"/>.</summary>
    public ReachedLimit? Limit { get; init; }

    /// <summary>Whether it was written.</summary>
    public bool IsApplied => Outcome == OperationOutcome.Applied;
}

/// <summary>Why an operation was or was not written.</summary>
public enum OperationOutcome
{
    /// <summary>Written; the result carries the row, and the attempt if there was one, as stored.</summary>
    Applied,

    /// <summary>The shard belongs to somebody else now.</summary>
    NotOwned,

    /// <summary>The task has changed since: reload and decide again.</summary>
    VersionChanged,

    /// <summary>The channel has no free slot.</summary>
    NoSlot,

    /// <summary>The balance does not pay for it.</summary>
    InsufficientBalance,

    /// <summary>The key or its account would pass a bound; the result says which.</summary>
    LimitReached,

    /// <summary>The order's model has no price and is not free, and the account has a balance.</summary>
    NotPriced,

    /// <summary>There is no such task (for this account).</summary>
    NotFound,

    /// <summary>Another attempt of the channel account has this upstream id.</summary>
    UpstreamIdTaken,

    /// <summary>A task with this id exists.</summary>
    IdTaken,

    /// <summary>The idempotency key stands for the task in the result already, and for the same order. Nothing was written.</summary>
    Replayed,

    /// <summary>The idempotency key stands for another order. Nothing was written.</summary>
    IdempotencyKeyReused,

    /// <summary>As much mail as may be waits for the task already.</summary>
    InboxFull,
}
