using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Where the order's end is told. Its upstreams never hear of it.</summary>
internal static class CallbackReader
{
    private const string Event = "event";

    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<string>(Parameters.CallbackUrl, Values.Text, out var url, out var path) is { } error) return error;
        if (draft.Asked.One<string>(Parameters.CallbackFormat, Format, out var format, out var formatPath) is { } bad) return bad;
        if (path is null)
        {
            return formatPath is null ? null
                : ExtrasReader.Report(draft, formatPath, "unsupported_parameter", $"`{formatPath}` has no effect without `callback_url`.");
        }

        // One address for both: what is read here is what is posted to, without blanks around it.
        url = url!.Trim();
        if (draft.Terms.FindCallbackFault(url) is { } fault) return OrderErrors.Invalid("invalid_callback_url", path, Shown.Value(url), fault);
        draft.Callback = new OrderCallback(url, format ?? Event);
        var what = format == "task" ? "the task itself is posted there at its end" : "an event that names the task is posted there at its end";
        draft.Note("callback_url", Shown.Value(url), formatPath is null ? "default" : "mapped", what);
        return null;
    }

    private static ApiError? Format(Asked asked, out string value)
    {
        if (Values.Text(asked, out value) is { } error) return error;
        return value is Event or "task" ? null
            : OrderErrors.Invalid("invalid_callback_format", asked.Path, Shown.Value(value), "It is `event` (the default) or `task`.");
    }
}
