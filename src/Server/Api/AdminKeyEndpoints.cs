using Reelay.Contracts;
using Reelay.Server.Accounts;

namespace Reelay.Server.Api;

/// <summary>Keys, for operators.</summary>
internal sealed class AdminKeyEndpoints(
    Authentication authentication, IKeyStore store, KeyRing keys, AccountBook accounts, AdminKeyChanges changes, AdminKeyCreation creation)
{
    private const int MaxOverlapSeconds = 90 * 24 * 3600;
    private const int DefaultOverlapSeconds = 24 * 3600;
    private const string Wanted = "The body must be an object with the fields to change.";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/v1/keys", CreateAsync).WithMetadata(new AuditedFields([.. AdminKeyChanges.Names, "account_id", "account"]));
        routes.MapGet("/admin/v1/keys", ListAsync);
        routes.MapGet("/admin/v1/keys/{id}", ReadAsync);
        routes.MapPatch("/admin/v1/keys/{id}", ChangeAsync).WithMetadata(new AuditedFields(AdminKeyChanges.Names));
        routes.MapPost("/admin/v1/keys/{id}/rotate", RotateAsync).WithMetadata(new AuditedFields("overlap_seconds"));
        routes.MapDelete("/admin/v1/keys/{id}", RevokeAsync).WithMetadata(new AuditedFields());
    }

    private async Task CreateAsync(HttpContext context)
    {
        var admin = authentication.AuthenticateAdmin(context);
        var made = admin.Error is { } refused ? refused : await creation.CreateAsync(context, admin.Value!);
        await AnswerAsync(context, made);
    }

    private Task ListAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var asked = AdminKeyBodies.Query(context.Request);
        if (asked.Error is { } wrong) return ErrorWriter.WriteAsync(context, wrong);
        var page = asked.Value!.Page;
        var rows = page.Limit == 0 ? [] : store.List(asked.Value with { Page = page with { Limit = page.Limit + 1 } });
        if (rows is null) return ErrorWriter.WriteAsync(context, AdminPages.BadCursor(page.AfterId!));
        var shown = rows.Take(page.Limit).Select(AdminKeyBodies.Of).ToList();
        return JsonAnswer.WriteAsync(context, Page.Of(shown, row => row.Id, rows.Count > page.Limit), ContractsJson.Default.PageKey);
    }

    private Task ReadAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        return AnswerAsync(context, store.Find(id) is { } key ? AdminKeyBodies.Of(key) : NotFound(id));
    }

    private async Task ChangeAsync(HttpContext context)
    {
        var admin = authentication.AuthenticateAdmin(context);
        var changed = admin.Error is { } refused ? refused : await ChangeAsync(context, admin.Value!.Id);
        await AnswerAsync(context, changed);
    }

    private async Task<ApiResult<Key>> ChangeAsync(HttpContext context, string ownId)
    {
        var read = await AdminJson.ReadAsync(context, Wanted);
        if (read.Error is { } unreadable) return unreadable;
        var id = VideoEndpoints.RouteId(context);
        var changed = store.Change(id, before =>
        {
            var fields = new AdminFields(read.Value!.Root);
            var after = changes.Read(fields, before, accounts.Find(before.AccountId)!);
            if (fields.Finish() is { } wrong) return wrong;
            return id == ownId && (!after.IsAdmin || after.DisabledAt is not null) ? InUse : after;
        });
        if (changed.Error is { } error) return error;
        if (changed.Value is not { } key) return NotFound(id);
        keys.Forget(id);
        return AdminKeyBodies.Of(key);
    }

    private async Task RotateAsync(HttpContext context)
    {
        var rotated = authentication.AuthenticateAdmin(context).Error is { } refused ? refused : await RotateKeyAsync(context);
        await AnswerAsync(context, rotated);
    }

    private async Task<ApiResult<Key>> RotateKeyAsync(HttpContext context)
    {
        long overlap = DefaultOverlapSeconds;
        if (AdminJson.HasBody(context))
        {
            var read = await AdminJson.ReadAsync(context, """Send {"overlap_seconds": 86400}, or nothing for a day.""");
            if (read.Error is { } unreadable) return unreadable;
            var fields = new AdminFields(read.Value!.Root);
            overlap = fields.Whole("overlap_seconds", DefaultOverlapSeconds, 0, MaxOverlapSeconds) ?? DefaultOverlapSeconds;
            if (fields.Finish() is { } wrong) return wrong;
        }

        var id = VideoEndpoints.RouteId(context);
        if (keys.Rotate(id, TimeSpan.FromSeconds(overlap)) is not var (key, secret)) return NotFound(id);
        return AdminKeyBodies.Of(key) with { Secret = secret };
    }

    private Task RevokeAsync(HttpContext context)
    {
        var admin = authentication.AuthenticateAdmin(context);
        if (admin.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        if (id == admin.Value!.Id) return ErrorWriter.WriteAsync(context, InUse);
        return keys.Revoke(id)
            ? JsonAnswer.WriteAsync(context, new DeletedKey(id), ContractsJson.Default.DeletedKey)
            : ErrorWriter.WriteAsync(context, NotFound(id));
    }

    private static Task AnswerAsync(HttpContext context, ApiResult<Key> answer) => answer.Error is { } error
        ? ErrorWriter.WriteAsync(context, error)
        : JsonAnswer.WriteAsync(context, answer.Value!, ContractsJson.Default.Key);

    private static ApiError InUse => ApiError.Invalid("key_in_use", "id", "This is the key of the request itself; use another to revoke it, to disable it or to take its scope 'admin'.");

    private static ApiError NotFound(string id) =>
        new(404, "key_not_found", $"There is no key '{Reading.Shown.Value(id)}', or it was revoked before.", "id");
}
