using Reelay.Server.Accounts;
using Reelay.Server.Api.Reading;
using Reelay.Server.Catalog.Orders;
using Reelay.Server.Engine;
using Reelay.Server.Files;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>Reads what a request orders: its body, and what its key and route add to it.</summary>
internal sealed class OrderIntake(EngineParts parts, LibraryParts library, BaseUrls baseUrls, ServerOptions options, Webhooks.WebhookUrls webhookUrls)
{
    /// <summary>Reads a request whose inputs go into a folder; the order takes them over once the caller keeps the folder.</summary>
    public async Task<ApiResult<OrderDraft>> ReadAsync(HttpContext context, ApiKey key, OrderRoute route, UploadFolder folder)
    {
        var read = await RequestReader.ReadAsync(context.Request, folder, ReadingLimits.Default, context.RequestAborted);
        if (read.Error is { } unreadable) return unreadable;
        using var fields = read.Value!;
        return await OrderReader.ReadDraftAsync(fields, Terms(context, key, route), context.RequestAborted);
    }

    private OrderTerms Terms(HttpContext context, ApiKey key, OrderRoute route) => Terms(parts.Channels.Now, context, key, route);

    // One look: channels that change between two would offer what nobody serves.
    private OrderTerms Terms(ChannelSnapshot now, HttpContext context, ApiKey key, OrderRoute route) => new()
    {
        Catalog = now.Catalog,
        MayOrder = key.MayOrder,
        CanServe = model => ChannelSet.CanServe(now, key.Groups, model),
        DefaultModel = options.DefaultModel,
        IsStrict = key.IsStrict,
        IsLenient = key.IsLenient,
        FindCallbackFault = webhookUrls.FindFault,
        Route = route,
        Library = new AccountLibrary(library, key.AccountId, baseUrls.Of(context.Request), VideoAnswers.DialectOf(context)),
    };
}
