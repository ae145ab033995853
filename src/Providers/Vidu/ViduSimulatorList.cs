using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Vidu;

/// <summary>The list of an account's tasks: filters, and pages by number or by token.</summary>
internal static class ViduSimulatorList
{
    private const int MaxPageRows = 100;
    private const int UsualPageRows = 20;
    private static readonly TimeSpan _usualTime = TimeSpan.FromDays(7);

    private static readonly string[] _known =
    [
        "created_at.from", "created_at.to", "task_ids", "states", "model_versions", "resolutions", "pager.page", "pager.pagesz", "pager.page_token",
    ];

    /// <summary>Answers a call.</summary>
    /// <param name="sandbox">Tells the jobs' states.</param>
    /// <param name="jobs">The account's jobs, newest first.</param>
    /// <param name="request">The call.</param>
    public static SimulatedResponse Answer(SandboxCore sandbox, IEnumerable<SimulatedJob> jobs, SimulatedRequest request)
    {
        if (request.Query.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
            return ViduSimulatorReply.Error(400, "FieldUnwanted", $"{unknown} is no filter");
        DateTimeOffset now = sandbox.Time.GetUtcNow();
        if (Time(request, "created_at.from", now - _usualTime) is not { } from || Time(request, "created_at.to", DateTimeOffset.MaxValue) is not { } to)
            return ViduSimulatorReply.Error(400, "FieldInvalid", "created_at must be RFC 3339");
        if (Number(request, "pager.pagesz", UsualPageRows) is not { } size || size is < 1 or > MaxPageRows)
            return ViduSimulatorReply.Error(400, "PageSizeOutOfRange", $"pager.pagesz must be 1 to {MaxPageRows}");
        string pageName = request.Query.ContainsKey("pager.page_token") ? "pager.page_token" : "pager.page";
        if (Number(request, pageName, 0) is not { } page)
            return ViduSimulatorReply.Error(400, "FieldInvalid", $"{pageName} is not valid");

        List<SimulatedJob> found = [.. jobs.Where(job => job.CreatedAt >= from && job.CreatedAt <= to
            && Has(request, "task_ids", job.Id)
            && Has(request, "states", new ViduSimulatorJob(job).StateOf(sandbox))
            && Has(request, "model_versions", job.Model)
            && Has(request, "resolutions", job.Details!["resolution"]!.GetValue<string>()))];
        bool hasMore = found.Count > (page + 1) * size;
        return SimulatedResponse.Json(200, new JsonObject
        {
            ["next_page_token"] = hasMore ? (page + 1).ToString(CultureInfo.InvariantCulture) : "",
            ["tasks"] = new JsonArray([.. found.Skip(page * size).Take(size).Select(job => new ViduSimulatorJob(job).Row(sandbox, request.Root))]),
        });
    }

    private static bool Has(SimulatedRequest request, string name, string value) =>
        !request.Query.TryGetValue(name, out string? wanted) || wanted.Split(',').Contains(value);

    private static DateTimeOffset? Time(SimulatedRequest request, string name, DateTimeOffset usual) =>
        !request.Query.TryGetValue(name, out string? text) ? usual
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static int? Number(SimulatedRequest request, string name, int usual) =>
        !request.Query.TryGetValue(name, out string? text) ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < 100_000 ? number : null;
}
