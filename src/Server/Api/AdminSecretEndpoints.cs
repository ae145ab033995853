using Reelay.Contracts;
using Reelay.Server.Assets.Links;
using Reelay.Server.Secrets;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Keys that the server keeps of its own, for operators: the master key and those of signed links. No answer holds one.</summary>
internal sealed class AdminSecretEndpoints(
    Authentication authentication, MasterKeys masterKeys, KeyRotation rotation, LinkKeys linkKeys, Randomness randomness)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/v1/master_key", ReadMasterKeyAsync);
        routes.MapPost("/admin/v1/master_key/rotate", RotateMasterKeyAsync).WithMetadata(new AuditedFields());
        routes.MapGet("/admin/v1/link_keys", ReadLinkKeysAsync);
        routes.MapPost("/admin/v1/link_keys/rotate", RotateLinkKeysAsync).WithMetadata(new AuditedFields("end_links"));
    }

    private Task ReadMasterKeyAsync(HttpContext context) =>
        authentication.AuthenticateAdmin(context).Error is { } error ? ErrorWriter.WriteAsync(context, error) : AnswerMasterKeyAsync(context);

    private Task RotateMasterKeyAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        if (!masterKeys.IsFile)
        {
            return ErrorWriter.WriteAsync(context, ApiError.Invalid(
                "master_key_is_a_setting", null,
                $"The master key is the setting {MasterKey.Setting}: set it to a new key and {MasterKeys.PreviousSetting} to the present one, and start the server again."));
        }

        rotation.Rotate();
        return AnswerMasterKeyAsync(context);
    }

    private Task AnswerMasterKeyAsync(HttpContext context)
    {
        var (all, outdated) = rotation.Count();
        return JsonAnswer.WriteAsync(
            context,
            new AdminMasterKey
            {
                Id = MasterKeys.IdOf(masterKeys.Current),
                PreviousIds = [.. masterKeys.NewestFirst.Skip(1).Select(MasterKeys.IdOf)],
                Source = masterKeys.IsFile ? "file" : "setting",
                SecretCount = all,
                OutdatedCount = outdated,
            },
            ContractsJson.Default.AdminMasterKey);
    }

    private Task ReadLinkKeysAsync(HttpContext context) =>
        authentication.AuthenticateAdmin(context).Error is { } error ? ErrorWriter.WriteAsync(context, error) : AnswerLinkKeysAsync(context);

    private async Task RotateLinkKeysAsync(HttpContext context)
    {
        var read = authentication.AuthenticateAdmin(context).Error is { } refused ? refused
            : linkKeys.IsFile ? await ReadAsync(context)
            : ApiError.Invalid(
                "link_keys_are_derived", null,
                $"Every node derives the keys of links from {MasterKey.Setting}: links end when that key is replaced and no longer in {MasterKeys.PreviousSetting}.");
        if (read.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        linkKeys.Rotate(read.Value!.EndsLinks, randomness);
        await AnswerLinkKeysAsync(context);
    }

    private Task AnswerLinkKeysAsync(HttpContext context) =>
        JsonAnswer.WriteAsync(context, new AdminLinkKeys { Count = linkKeys.NewestFirst.Count }, ContractsJson.Default.AdminLinkKeys);

    private static async Task<ApiResult<Asked>> ReadAsync(HttpContext context)
    {
        const string Wanted = "Send {\"end_links\": true} to end every link at once, or nothing.";
        if (!AdminJson.HasBody(context)) return new Asked(false);
        var read = await AdminJson.ReadAsync(context, Wanted);
        if (read.Error is { } error) return error;
        var root = read.Value!.Root;
        if (root.ValueKind != System.Text.Json.JsonValueKind.Object) return ApiError.Invalid("invalid_json", null, Wanted);
        if (!root.TryGetProperty("end_links", out var ends)) return new Asked(false);
        return ends.ValueKind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False
            ? new Asked(ends.GetBoolean())
            : ApiError.Invalid("invalid_end_links", "end_links", "end_links must be true or false.");
    }

    private sealed record Asked(bool EndsLinks);
}
