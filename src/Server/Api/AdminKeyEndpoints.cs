using System.Text.Json;
using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>Keys, for operators.</summary>
internal sealed class AdminKeyEndpoints(Authentication authentication, KeyRing keys, ChannelSet channels)
{
    private const int MaxNameLength = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/v1/keys", CreateAsync).WithMetadata(new AuditedFields(
            "name", "admin", "strict", "lenient", "idempotent_external_ids", "dialects", "groups", "withheld_routes"));
        routes.MapGet("/admin/v1/keys", ListAsync);
        routes.MapDelete("/admin/v1/keys/{id}", RevokeAsync).WithMetadata(new AuditedFields());
    }

    private async Task CreateAsync(HttpContext context)
    {
        var admin = authentication.AuthenticateAdmin(context);
        var asked = admin.Error is { } refused ? refused : await ReadAsync(context, admin.Value!.AccountId);
        if (asked.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var (key, secret) = keys.Create(asked.Value!);
        await JsonAnswer.WriteAsync(context, Body(key) with { Secret = secret }, ContractsJson.Default.Key);
    }

    private Task ListAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var all = keys.List().Select(Body).ToList();
        return JsonAnswer.WriteAsync(
            context, new Page<Key>(all, all.FirstOrDefault()?.Id, all.LastOrDefault()?.Id, false), ContractsJson.Default.PageKey);
    }

    private Task RevokeAsync(HttpContext context)
    {
        var admin = authentication.AuthenticateAdmin(context);
        if (admin.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        if (id == admin.Value!.Id)
        {
            return ErrorWriter.WriteAsync(context, ApiError.Invalid("key_in_use", "id", "This is the key of the request itself; use another to revoke it."));
        }

        return keys.Revoke(id)
            ? JsonAnswer.WriteAsync(context, new DeletedKey(id), ContractsJson.Default.DeletedKey)
            : ErrorWriter.WriteAsync(context, new ApiError(404, "key_not_found", $"There is no key '{Reading.Shown.Value(id)}', or it was revoked before.", "id"));
    }

    private async Task<ApiResult<KeyTerms>> ReadAsync(HttpContext context, string accountId)
    {
        const string Wanted =
            "The body must be an object: name (text), admin, strict, lenient and idempotent_external_ids (true or false), groups, dialects and withheld_routes (lists of words).";
        var read = await AdminJson.ReadAsync(context, Wanted);
        if (read.Error is { } error) return error;
        NewKey? key;
        try
        {
            key = read.Value!.Root.Deserialize(ContractsJson.Default.NewKey);
        }
        catch (JsonException exception)
        {
            return ApiError.Invalid("invalid_json", exception.Path?.TrimStart('$', '.'), Wanted);
        }

        if (key?.Name is not { Length: > 0 and <= MaxNameLength })
        {
            return ApiError.Invalid("invalid_name", "name", $"name must be a text of 1 to {MaxNameLength} characters.");
        }

        return Terms(key, accountId);
    }

    private ApiResult<KeyTerms> Terms(NewKey key, string accountId)
    {
        var dialects = FlagWords<Dialect>.Read(key.Dialects ?? [], out var stranger);
        if (stranger is not null)
        {
            return ApiError.Invalid(
                "invalid_dialects", "dialects", $"dialects takes {FlagWords<Dialect>.Allowed}, or nothing for OpenAI's own way, not '{Reading.Shown.Value(stranger)}'.");
        }

        var withheld = FlagWords<Operations>.Read(key.WithheldRoutes ?? [], out stranger);
        if (stranger is not null)
        {
            return ApiError.Invalid(
                "invalid_withheld_routes", "withheld_routes", $"withheld_routes takes {FlagWords<Operations>.Allowed}, not '{Reading.Shown.Value(stranger)}'.");
        }

        var groups = Groups(key);
        if (groups.Error is { } unknown) return unknown;
        return new KeyTerms(accountId, key.Name!)
        {
            IsAdmin = key.Admin ?? false,
            IsStrict = key.Strict ?? false,
            IsLenient = key.Lenient ?? false,
            HasIdempotentExternalIds = key.IdempotentExternalIds ?? false,
            Dialects = dialects,
            Withheld = withheld,
            Groups = groups.Value!,
        };
    }

    // A group is known by the channels that are open to it; the usual one always is.
    private ApiResult<string> Groups(NewKey key)
    {
        if (key.Groups is not { Count: > 0 } asked) return GroupNames.Default;
        var known = channels.All.SelectMany(channel => channel.Groups).Append(GroupNames.Default).ToHashSet(StringComparer.Ordinal);
        var stranger = asked.FirstOrDefault(name => name is null || !known.Contains(name));
        if (stranger is null && !asked.Contains(null)) return GroupNames.Join(asked!);
        return ApiError.Invalid(
            "invalid_groups", "groups",
            $"groups takes {string.Join(", ", known.Order(StringComparer.Ordinal))}: the groups that channels have, not '{Reading.Shown.Value(stranger ?? "null")}'.");
    }

    private static Key Body(ApiKey key) => new()
    {
        Id = key.Id,
        Name = key.Name,
        AccountId = key.AccountId,
        SecretHint = key.SecretHint,
        Admin = key.IsAdmin,
        Strict = key.IsStrict,
        Lenient = key.IsLenient,
        IdempotentExternalIds = key.HasIdempotentExternalIds,
        Groups = GroupNames.Split(key.Groups),
        Dialects = FlagWords<Dialect>.Of(key.Dialects),
        WithheldRoutes = FlagWords<Operations>.Of(key.Withheld),
        CreatedAt = key.CreatedAt / 1000,
        RevokedAt = key.RevokedAt / 1000,
    };
}
