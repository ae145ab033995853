namespace Reelay.Server.Accounts;

/// <summary>Who orders and pays: owns keys, a balance and limits.</summary>
public sealed record Account
{
    /// <summary>Id, <c>acct_</c> and up to 40 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The operator's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it orders without a balance.</summary>
    public bool IsUnlimited { get; init; }

    /// <summary>What it has, in micro-dollars.</summary>
    public long BalanceMicros { get; init; }

    /// <summary>What its unfinished tasks hold of the balance, in micro-dollars.</summary>
    public long ReservedMicros { get; init; }

    /// <summary>The balance less what is reserved never falls below it: 0, or a credit line as a negative number. Micro-dollars.</summary>
    public long FloorMicros { get; init; }

    /// <summary>Groups of its keys that name none, in the order in which they are tried: words separated by blanks.</summary>
    public string DefaultGroups { get; init; } = Routing.GroupNames.Default;

    /// <summary>Groups that its keys may have besides the default ones: words separated by blanks.</summary>
    public string AllowedGroups { get; init; } = "";

    /// <summary>Bounds of all its keys together.</summary>
    public Limits Limits { get; init; } = Limits.None;

    /// <summary>How long what belongs to it is kept.</summary>
    public AccountRetention Retention { get; init; } = AccountRetention.Usual;

    /// <summary>When it was made, Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When its keys stopped working, or null. Unix milliseconds.</summary>
    public long? DisabledAt { get; init; }

    /// <summary>When an operator changed it last, or null. Unix milliseconds.</summary>
    public long? UpdatedAt { get; init; }

    /// <summary>What all its tasks cost as it is known now: held for the unfinished, taken for the finished ones. Micro-dollars.</summary>
    public long SpentMicros { get; init; }

    /// <summary>Its unfinished tasks.</summary>
    public long InFlightCount { get; init; }
}

/// <summary>Bounds of a key, or of all keys of an account together. Null is no bound.</summary>
public sealed record Limits
{
    /// <summary>No bound at all.</summary>
    public static Limits None { get; } = new();

    /// <summary>Whether any of the bounds is held against what was ordered before: tasks in flight and budgets.</summary>
    public bool HasTotals => this is not { MaxInFlight: null, DayBudgetMicros: null, MonthBudgetMicros: null, TotalBudgetMicros: null };

    /// <summary>Requests of any kind in a minute; above 0.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Orders in a minute; above 0.</summary>
    public int? CreatesPerMinute { get; init; }

    /// <summary>Unfinished tasks at a time; 0 for none.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>Spent in a day of UTC, in micro-dollars.</summary>
    public long? DayBudgetMicros { get; init; }

    /// <summary>Spent in a calendar month of UTC, in micro-dollars.</summary>
    public long? MonthBudgetMicros { get; init; }

    /// <summary>Spent altogether, in micro-dollars.</summary>
    public long? TotalBudgetMicros { get; init; }
}

/// <summary>How long what belongs to an account's tasks is kept after their end. Null is the server's default.</summary>
public sealed record AccountRetention
{
    /// <summary>The server's defaults.</summary>
    public static AccountRetention Usual { get; } = new();

    /// <summary>Results.</summary>
    public TimeSpan? Assets { get; init; }

    /// <summary>Prompts and other words of the order.</summary>
    public TimeSpan? Prompts { get; init; }

    /// <summary>Files and links that came with the order.</summary>
    public TimeSpan? Inputs { get; init; }
}

/// <summary>Accounts.</summary>
internal interface IAccountStore
{
    /// <summary>The account, or null.</summary>
    Account? Find(string id);

    /// <summary>Stores a new account, its opening balance with a row of the ledger.</summary>
    /// <returns>False if there is one with this id.</returns>
    bool Insert(NewAccount account);

    /// <summary>Replaces what an operator may change of an account: everything but its figures. Nobody else changes that meanwhile.</summary>
    /// <returns>The account as stored, what <paramref name="change"/> refused, or an error-free null if there is no such account.</returns>
    Api.ApiResult<Account> Change(string id, Func<Account, Api.ApiResult<Account>> change);

    /// <summary>A page of accounts, or null if the account it begins after does not exist.</summary>
    IReadOnlyList<Account>? List(PageQuery page);
}
