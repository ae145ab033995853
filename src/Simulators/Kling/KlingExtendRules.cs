namespace Reelay.Simulators.Kling;

/// <summary>What extending an earlier video allows.</summary>
internal static class KlingExtendRules
{
    private const double AddedSeconds = 4.5;
    private const double MaxSeconds = 180;
    private static readonly string[] _families = ["text2video", "image2video", "video-extend"];

    /// <summary>Checks a create call.</summary>
    /// <param name="body">Its fields; a model or mode among them is ignored.</param>
    /// <param name="account">Who calls.</param>
    /// <param name="sandbox">Where the earlier video is looked for.</param>
    /// <param name="providerId">Id of the simulator.</param>
    public static KlingReading Read(KlingFields body, string? account, SandboxCore sandbox, string providerId)
    {
        string prompt = body.Prompt(isNeeded: false);
        body.Number("cfg_scale", 0, 1);
        string? videoId = body.Text("video_id");
        if (string.IsNullOrEmpty(videoId))
            body.Refuse(new KlingRefusal(1201, "video_id can not be null"));
        if (body.Mistake is { } mistake)
            return mistake;
        SimulatedJob? source = sandbox.Store.FindJob(providerId, KlingJob.IdOfVideo(videoId!));
        if (source is null || source.Credential != account || Find(source, sandbox) is not { } model)
            return KlingReply.Invalid("video_id", videoId);
        if (source.Clip.Seconds + AddedSeconds > MaxSeconds)
            return new KlingRefusal(1201, "the total duration of the video can not exceed 3 minutes");

        KlingJob task = new(source);
        return new KlingOrder
        {
            Model = model,
            Mode = task.Mode,
            Prompt = prompt,
            Seconds = source.Clip.Seconds + AddedSeconds,
            WidthPixels = source.Clip.WidthPixels,
            HeightPixels = source.Clip.HeightPixels,
            HasSound = source.Clip.HasSound,
            Units = model.ExtendUnits[KlingModel.IndexOf(task.Mode)],
            Parent = source,
        };
    }

    // The model, if this video is one that can be extended.
    private static KlingModel? Find(SimulatedJob source, SandboxCore sandbox)
    {
        JobReading reading = sandbox.Read(source);
        KlingJob task = new(source);
        return reading.State == JobState.Completed && task.ExpiresAt(reading) > sandbox.Time.GetUtcNow() && _families.Contains(task.Family)
            ? KlingModel.All.FirstOrDefault(model => model.Name == source.Model && model.CanBeExtended)
            : null;
    }
}
