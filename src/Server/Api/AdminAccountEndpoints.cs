using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>Accounts, for operators. Balances change by the ledger alone, not here.</summary>
internal sealed class AdminAccountEndpoints(
    Authentication authentication, IAccountStore store, AccountBook book, KeyRing keys, AdminAccountChanges changes)
{
    private const string Wanted = "The body must be an object with fields of an account.";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/v1/accounts", CreateAsync).WithMetadata(new AuditedFields([.. AdminAccountChanges.Names, "id", "balance_micros", "reason"]));
        routes.MapGet("/admin/v1/accounts", ListAsync);
        routes.MapGet("/admin/v1/accounts/{id}", ReadAsync);
        routes.MapPatch("/admin/v1/accounts/{id}", ChangeAsync).WithMetadata(new AuditedFields(AdminAccountChanges.Names));
    }

    private async Task CreateAsync(HttpContext context)
    {
        var made = authentication.AuthenticateAdmin(context).Error is { } refused ? refused : await CreateAccountAsync(context);
        await AnswerAsync(context, made);
    }

    private async Task<ApiResult<Account>> CreateAccountAsync(HttpContext context)
    {
        var read = await AdminJson.ReadAsync(context, Wanted);
        if (read.Error is { } unreadable) return unreadable;
        var fields = new AdminFields(read.Value!.Root);
        var opened = changes.Open(fields);
        if (fields.Finish() is { } wrong) return wrong;
        return store.Insert(opened) ? opened.Account : AdminAccountChanges.Exists(opened.Account.Id);
    }

    private Task ListAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var asked = AdminPages.Read(context.Request);
        if (asked.Error is { } wrong) return ErrorWriter.WriteAsync(context, wrong);
        var page = asked.Value!;
        var rows = page.Limit == 0 ? [] : store.List(page with { Limit = page.Limit + 1 });
        if (rows is null) return ErrorWriter.WriteAsync(context, AdminPages.BadCursor(page.AfterId!));
        var shown = rows.Take(page.Limit).Select(Body).ToList();
        return JsonAnswer.WriteAsync(context, Page.Of(shown, row => row.Id, rows.Count > page.Limit), ContractsJson.Default.PageAdminAccount);
    }

    private Task ReadAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        return AnswerAsync(context, store.Find(id) is { } account ? account : NotFound(id));
    }

    private async Task ChangeAsync(HttpContext context)
    {
        var admin = authentication.AuthenticateAdmin(context);
        var changed = admin.Error is { } refused ? refused : await ChangeAccountAsync(context, admin.Value!.AccountId);
        await AnswerAsync(context, changed);
    }

    private async Task<ApiResult<Account>> ChangeAccountAsync(HttpContext context, string ownId)
    {
        var read = await AdminJson.ReadAsync(context, Wanted);
        if (read.Error is { } unreadable) return unreadable;
        var id = VideoEndpoints.RouteId(context);
        var changed = store.Change(id, before =>
        {
            var fields = new AdminFields(read.Value!.Root);
            var after = changes.Read(fields, before);
            if (fields.Finish() is { } wrong) return wrong;
            return id == ownId && after.DisabledAt is not null ? InUse : after;
        });
        if (changed is { Error: null, Value: null }) return NotFound(id);
        book.Forget(id);
        keys.ForgetAccount(id);
        return changed;
    }

    private static Task AnswerAsync(HttpContext context, ApiResult<Account> answer) => answer.Error is { } error
        ? ErrorWriter.WriteAsync(context, error)
        : JsonAnswer.WriteAsync(context, Body(answer.Value!), ContractsJson.Default.AdminAccount);

    private static ApiError InUse =>
        ApiError.Invalid("account_in_use", "disabled", "This is the account of the request's own key; use a key of another to disable it.");

    private static ApiError NotFound(string id) => new(404, "account_not_found", $"There is no account '{Reading.Shown.Value(id)}'.", "id");

    private static AdminAccount Body(Account account) => new()
    {
        Id = account.Id,
        Name = account.Name,
        Unlimited = account.IsUnlimited,
        BalanceMicros = account.BalanceMicros,
        ReservedMicros = account.ReservedMicros,
        FloorMicros = account.FloorMicros,
        SpentMicros = account.SpentMicros,
        TasksInFlight = account.InFlightCount,
        DefaultGroups = GroupNames.Split(account.DefaultGroups),
        AllowedGroups = GroupNames.Split(account.AllowedGroups),
        RequestsPerMinute = account.Limits.RequestsPerMinute,
        CreatesPerMinute = account.Limits.CreatesPerMinute,
        MaxInFlight = account.Limits.MaxInFlight,
        DayBudgetMicros = account.Limits.DayBudgetMicros,
        MonthBudgetMicros = account.Limits.MonthBudgetMicros,
        TotalBudgetMicros = account.Limits.TotalBudgetMicros,
        AssetsRetentionSeconds = (long?)account.Retention.Assets?.TotalSeconds,
        PromptsRetentionSeconds = (long?)account.Retention.Prompts?.TotalSeconds,
        InputsRetentionSeconds = (long?)account.Retention.Inputs?.TotalSeconds,
        CreatedAt = account.CreatedAt / 1000,
        UpdatedAt = account.UpdatedAt / 1000,
        DisabledAt = account.DisabledAt / 1000,
    };
}
