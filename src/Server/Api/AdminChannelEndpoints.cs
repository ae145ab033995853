using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Contracts;
using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Routing.Sources;

namespace Reelay.Server.Api;

/// <summary>Channels, for operators: those of every source are shown, and each can be changed, removed and tried out.</summary>
internal sealed class AdminChannelEndpoints(
    Authentication authentication, ChannelRegistry registry, ChannelBuilder builder, IChannelStore store, TimeProvider time)
{
    private static readonly TimeSpan TestTime = TimeSpan.FromSeconds(30);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/v1/channels", ListAsync);
        var audited = new AuditedFields([.. ChannelFields.All.Where(field => !field.IsSealed).Select(field => field.Name), "id"]);
        routes.MapPost("/admin/v1/channels", CreateAsync).WithMetadata(audited);
        routes.MapGet("/admin/v1/channels/{id}", ReadAsync);
        routes.MapPut("/admin/v1/channels/{id}", UpdateAsync).WithMetadata(audited);
        routes.MapDelete("/admin/v1/channels/{id}", RemoveAsync).WithMetadata(new AuditedFields());
        routes.MapPost("/admin/v1/channels/{id}/test", TestAsync).WithMetadata(new AuditedFields());
    }

    private Task ListAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var all = Bodies();
        return JsonAnswer.WriteAsync(context, Page.Of(all, row => row.Id, false), ContractsJson.Default.PageChannel);
    }

    private Task ReadAsync(HttpContext context) =>
        authentication.AuthenticateAdmin(context).Error is { } error
            ? ErrorWriter.WriteAsync(context, error)
            : AnswerAsync(context, VideoEndpoints.RouteId(context));

    private async Task CreateAsync(HttpContext context)
    {
        var read = await ReadBodyAsync(context);
        if (read.Error is null && read.Value!["id"]?.GetValueKind() != JsonValueKind.String)
            read = ApiError.Invalid("invalid_channel", "id", "id must be a text of 1 to 64 letters, digits, '_', '-' and '.'.");
        var id = read.Error is null ? (string)read.Value!["id"]! : "";
        if (read.Error is null && registry.Drafts.ContainsKey(id))
            read = ApiError.Invalid("channel_exists", "id", $"There is a channel '{Reading.Shown.Value(id)}' already; PUT /admin/v1/channels/{{id}} changes it.");
        if (read.Error is null) read.Value!.Remove("id");
        await SaveAsync(context, id, read, isNew: true);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var id = VideoEndpoints.RouteId(context);
        var read = await ReadBodyAsync(context);
        if (read.Error is null && !registry.Drafts.ContainsKey(id) && registry.FindAdmin(id) is not { RemovedAt: null }) read = NotFound(id);
        await SaveAsync(context, id, read, isNew: false);
    }

    // What is named is changed, what is null goes back to what the sources below say, what is not named stays.
    private async Task SaveAsync(HttpContext context, string id, ApiResult<JsonObject> read, bool isNew)
    {
        if (read.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var mistakes = registry.Save(id, (row, now) =>
        {
            var settings = isNew || row is null or { RemovedAt: not null } ? [] : (JsonObject)row.Settings.DeepClone();
            foreach (var (name, value) in read.Value!)
            {
                // A name that does not exist must be heard of, null or not.
                if (value is null && ChannelFields.Find(name) is not null) settings.Remove(name);
                else settings[name] = value?.DeepClone();
            }

            var createdAt = row is { RemovedAt: null } && !isNew ? row.CreatedAt : now;
            return new AdminChannel(id, settings, createdAt, now, null);
        });
        if (mistakes.Count > 0) await ErrorWriter.WriteAsync(context, Invalid(id, mistakes));
        else await AnswerAsync(context, id);
    }

    private Task RemoveAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        if (!registry.Drafts.ContainsKey(id) && registry.FindAdmin(id) is not { RemovedAt: null }) return ErrorWriter.WriteAsync(context, NotFound(id));
        var mistakes = registry.Save(id, (row, now) => new AdminChannel(id, [], row?.CreatedAt ?? now, now, now));
        return mistakes.Count > 0
            ? ErrorWriter.WriteAsync(context, Invalid(id, mistakes))
            : JsonAnswer.WriteAsync(context, new DeletedChannel(id), ContractsJson.Default.DeletedChannel);
    }

    private async Task TestAsync(HttpContext context)
    {
        var id = VideoEndpoints.RouteId(context);
        var error = authentication.AuthenticateAdmin(context).Error;
        var draft = registry.Drafts.GetValueOrDefault(id);
        var channel = error is null && draft is not null
            ? registry.Channels.Now.ById.GetValueOrDefault(id) ?? builder.BuildAside(id, draft.Config, null) : null;
        if (error is null && channel is null) error = NotFound(id);
        if (error is null && channel!.Provider is not ITestsAccount)
            error = ApiError.Invalid("unsupported_operation", "id", $"The provider {channel.Provider.Id} has no harmless call to try an account out with.");
        if (error is not null) await ErrorWriter.WriteAsync(context, error);
        else await JsonAnswer.WriteAsync(context, await TryAsync(channel!, context.RequestAborted), ContractsJson.Default.ChannelTest);
    }

    private async Task<ChannelTest> TryAsync(ProviderChannel channel, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TestTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var started = time.GetTimestamp();
        long Elapsed() => (long)time.GetElapsedTime(started).TotalMilliseconds;
        try
        {
            var detail = await ((ITestsAccount)channel.Provider).TestAsync(channel.Account, either.Token);
            return new ChannelTest(channel.Id, true, Elapsed(), detail);
        }
        catch (ProviderException exception)
        {
            return new ChannelTest(channel.Id, false, Elapsed(), exception.Message, JsonNamingPolicy.SnakeCaseLower.ConvertName(exception.Kind.ToString()), exception.StatusCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ChannelTest(channel.Id, false, Elapsed(), $"There was no answer within {TestTime.TotalSeconds} seconds.", "unavailable");
        }
    }

    private async Task<ApiResult<JsonObject>> ReadBodyAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } refused) return refused;
        const string Wanted = "The body must be a JSON object of the channel's settings, each named once; see docs/channels.md.";
        var read = await AdminJson.ReadAsync(context, Wanted);
        return read.Error is { } error ? error
            : read.Value!.Root.ValueKind == JsonValueKind.Object ? JsonObject.Create(read.Value.Root)!
            : ApiError.Invalid("invalid_json", null, Wanted);
    }

    // All of them, or the one of an id.
    private List<Channel> Bodies(string? only = null)
    {
        bool IsMeant(string id) => only is null || id == only;
        var rows = registry.ListAdmin().ToDictionary(row => row.Id, StringComparer.Ordinal);
        var open = store.CountOpen();
        var now = registry.Channels.Now;
        var drafts = registry.Drafts;
        var described = drafts.Values.Where(draft => IsMeant(draft.Id)).Select(draft => ChannelBodies.Of(
            draft.Id, draft.Source, draft.Config, now.Find(draft.Id), now.ById.ContainsKey(draft.Id), open.GetValueOrDefault(draft.Id),
            rows.GetValueOrDefault(draft.Id)));

        // Removed ones are shown while they have something open.
        var leaving = now.Draining.Where(channel => IsMeant(channel.Id) && !drafts.ContainsKey(channel.Id) && open.ContainsKey(channel.Id)).DistinctBy(channel => channel.Id)
            .Select(channel => ChannelBodies.Of(
                channel.Id, "removed", channel.Config, channel, false, open[channel.Id], rows.GetValueOrDefault(channel.Id)));
        return [.. described.Concat(leaving).OrderBy(channel => channel.Id, StringComparer.Ordinal)];
    }

    private Task AnswerAsync(HttpContext context, string id) =>
        Bodies(id) is [var body]
            ? JsonAnswer.WriteAsync(context, body, ContractsJson.Default.Channel)
            : ErrorWriter.WriteAsync(context, NotFound(id));

    private static ApiError Invalid(string id, IReadOnlyList<string> mistakes)
    {
        var first = mistakes[0];
        var field = first.StartsWith(id + ".", StringComparison.Ordinal) ? first[(id.Length + 1)..].Split(':')[0] : null;
        return ApiError.Invalid("invalid_channel", field, string.Join(" ", mistakes));
    }

    private static ApiError NotFound(string id) => new(404, "channel_not_found", $"There is no channel '{Reading.Shown.Value(id)}'.", "id");
}
